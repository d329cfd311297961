namespace OpenSslNb.Cli;

/// <summary>A client's sessions from one run to the next, in a file for its owner alone: whoever reads it can read what was and will be sent.</summary>
internal sealed class SessionStore
{
    public const int Capacity = 64;

    private readonly string _path;
    private readonly TlsContext _context;

    private SessionStore(string path, TlsContext context)
    {
        _path = path;
        _context = context;
    }

    /// <summary>Gives the context what the file holds; one that does not exist holds nothing.</summary>
    /// <exception cref="IOException">It cannot be read, others may read it, it is something else, or there is no folder to keep it in.</exception>
    public static SessionStore Load(string path, TlsContext context)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)) throw new IOException($"there is no folder '{folder}' to keep it in");
        if (File.Exists(path) && new FileInfo(path).Length > 0)
        {
            try
            {
                _ = context.ImportSessions(SecretFile.ReadAll(path, "sessions"));
            }
            catch (FormatException e)
            {
                throw new IOException($"the session file '{path}' cannot be used: {e.Message}", e);
            }
        }

        return new SessionStore(path, context);
    }

    /// <summary>Writes what the context has now: the old file or the new one, never half of one.</summary>
    public void Save()
    {
        string next = $"{_path}.{Environment.ProcessId}";
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(_context.ExportSessions());
        }

        File.Move(next, _path, overwrite: true);
    }
}
