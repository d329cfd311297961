namespace OpenSslNb.Cli;

/// <summary>A text file that is for its owner alone.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, for messages.</param>
    /// <exception cref="IOException">It cannot be read, or others may read it.</exception>
    public static StreamReader Open(string path, string what)
    {
        FileStream file = File.OpenRead(path);
        if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) == 0) return new StreamReader(file);
        file.Dispose();
        throw new IOException($"the file of {what} '{path}' must be for its owner alone: chmod 600");
    }
}
