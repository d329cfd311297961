namespace OpenSslNb.Benchmarks;

/// <summary>Shows that results can be written where they were asked for.</summary>
internal static class OutputPath
{
    /// <summary>Opens the file for writing, and leaves what stands in it.</summary>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static void RequireFile(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
    }

    /// <summary>Makes the folder unless it is there, and shows that a file can be made in it.</summary>
    /// <exception cref="IOException">No file can be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made there.</exception>
    public static void RequireFolder(string path)
    {
        Directory.CreateDirectory(path);
        string trial = Path.Combine(path, Path.GetRandomFileName());
        using var file = new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
    }
}
