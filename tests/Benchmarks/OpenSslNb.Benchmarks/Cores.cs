namespace OpenSslNb.Benchmarks;

/// <summary>Server and load generator each get a core of their own, when there are two: <c>taskset(1)</c>.</summary>
internal static class Cores
{
    public static IReadOnlyList<string> OfServer { get; } = Pin(0);

    public static IReadOnlyList<string> OfLoad { get; } = Pin(1);

    /// <summary>A load generator that must not wait for another on the same core (<c>chrt(1)</c>); that needs a privilege.</summary>
    public static IReadOnlyList<string> OfUrgentLoad { get; } = Environment.IsPrivilegedProcess ? [.. OfLoad, "chrt", "--fifo", "10"] : OfLoad;

    private static string[] Pin(int core) => Environment.ProcessorCount > 1 ? ["taskset", "-c", $"{core}"] : [];
}
