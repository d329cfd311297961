namespace OpenSslNb.Cli;

/// <summary>Appends lines to a file, readable by its owner alone. From any thread.</summary>
internal sealed class LineFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _writer;

    public LineFile(string path) => _writer = new StreamWriter(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    }))
    { AutoFlush = true };

    public void Write(string line)
    {
        lock (_gate) _writer.WriteLine(line);
    }

    public void Dispose() => _writer.Dispose();
}
