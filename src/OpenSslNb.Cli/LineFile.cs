namespace OpenSslNb.Cli;

/// <summary>Appends lines to a file, readable by its owner alone. From any thread.</summary>
internal sealed class LineFile(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private StreamWriter _writer = Open(path);

    public void Write(string line)
    {
        lock (_gate) _writer.WriteLine(line);
    }

    /// <summary>Goes on in the file that has the path now: the old one was moved away, to be kept or thrown away.</summary>
    /// <exception cref="IOException">It cannot be opened; lines go on where they went.</exception>
    public void Reopen()
    {
        // Opened while nobody writes: it begins where the old one ends if they are one file.
        lock (_gate)
        {
            StreamWriter next = Open(path);
            _writer.Dispose();
            _writer = next;
        }
    }

    public void Dispose() => _writer.Dispose();

    private static StreamWriter Open(string path) => new(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    }))
    { AutoFlush = true };
}
