namespace OpenSslNb.Benchmarks;

/// <summary>Shows that results can be written where they were asked for.</summary>
internal static class OutputPath
{
    /// <summary>Opens the file for writing, and leaves what stands in it.</summary>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static void RequireFile(string path)
    {
        bool isNew = !File.Exists(path);
        using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write))
        {
            // To have opened it is all.
        }

        if (isNew) File.Delete(path);
    }

    /// <summary>As <see cref="RequireFile"/>, with the name of what is written.</summary>
    /// <exception cref="BenchmarkException">The name promises something else.</exception>
    public static void RequireSvg(string path)
    {
        if (!path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)) throw new BenchmarkException($"the plot is SVG, and '{path}' must end in .svg");
        RequireFile(path);
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
