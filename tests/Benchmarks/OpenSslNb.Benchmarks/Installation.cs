namespace OpenSslNb.Benchmarks;

/// <summary>Where the build put the programs.</summary>
internal static class Installation
{
    /// <summary>The folder of everything built. The variable is for programs that were moved.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("OPENSSLNB_ARTIFACTS") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../.."));

    public static string LoadGenerator => Find("native-bench/load", "the load generator");

    public static string Floor => Find("native-bench/floor", "the measurement of OpenSSL alone");

    /// <summary>The file of a program.</summary>
    /// <exception cref="BenchmarkException">It was not built.</exception>
    public static string Find(string program, string what)
    {
        string path = Path.Combine(Folder, program);
        return File.Exists(path) ? path : throw new BenchmarkException($"{what} is not at '{path}': './build.sh bench' builds it");
    }
}
