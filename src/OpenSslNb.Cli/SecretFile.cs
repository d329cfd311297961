namespace OpenSslNb.Cli;

/// <summary>A text file that is for its owner alone.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Its first line, such as a password.</summary>
    /// <exception cref="IOException">It cannot be read, others may read it, or the line is empty.</exception>
    public static string FirstLine(string path)
    {
        using StreamReader reader = new(Open(path, "the password"));
        return reader.ReadLine() is { Length: > 0 } password ? password : throw new IOException($"the first line of '{path}' is empty");
    }

    /// <summary>All that it holds.</summary>
    /// <inheritdoc cref="Open"/>
    public static byte[] ReadAll(string path, string what)
    {
        using FileStream file = Open(path, what);
        using var all = new MemoryStream();
        file.CopyTo(all);
        return all.ToArray();
    }

    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, for messages.</param>
    /// <exception cref="IOException">It cannot be read, or others may read it.</exception>
    public static FileStream Open(string path, string what)
    {
        FileStream file = File.OpenRead(path);
        if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) == 0) return file;
        file.Dispose();
        throw new IOException($"the file of {what} '{path}' must be for its owner alone: chmod 600");
    }
}
