namespace OpenSslNb.Cli.Probing;

/// <summary>A file that is written when all is done, and that is known from the beginning to be possible. What was there stays until there is something to put in its place.</summary>
internal sealed class ReportFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream? _existing;

    /// <exception cref="IOException">It cannot be written.</exception>
    public ReportFile(string path)
    {
        _path = path;
        if (File.Exists(path)) _existing = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        else File.Create(path, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        using FileStream file = _existing ?? new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(content);
        if (file.CanSeek && file.Length > content.Length) file.SetLength(content.Length);
    }

    public void Dispose() => _existing?.Dispose();
}
