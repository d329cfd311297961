using System.Globalization;
using System.Text.Json;

namespace OpenSslNb.Benchmarks;

/// <summary>One run of the load generator. It connects, says that it is ready, works for the time it was told and reports, as often as it is told to, and waits with its connections open.</summary>
internal sealed class LoadProcess : ChildProcess
{
    public LoadProcess(ServerProcess server, int port, string trust, string[] scenario, double seconds, bool isUrgent = false)
        : base($"the load generator ({string.Join(' ', scenario)})", Command(server, port, trust, scenario, seconds, isUrgent))
    {
    }

    public void WaitUntilReady()
    {
        if (Hear() is var line and not "ready") throw Fault($"said '{line}' instead of 'ready'");
    }

    /// <summary>Begins the measured time; may be called again after a result.</summary>
    /// <param name="stay">Messages that an active connection has before another one is active in its place.</param>
    public void Start(int stay = 1) => Tell($"go {stay}");

    public LoadResult Result()
    {
        string line = Hear();
        return JsonSerializer.Deserialize(line, BenchmarkJson.Default.LoadResult) ?? throw Fault($"said '{line}' instead of its result");
    }

    /// <summary>Lets it close its connections and end.</summary>
    public void End()
    {
        Tell("end");
        Finish();
    }

    private static string[] Command(ServerProcess server, int port, string trust, string[] scenario, double seconds, bool isUrgent) =>
    [
        .. isUrgent ? Cores.OfUrgentLoad : Cores.OfLoad,
        Installation.LoadGenerator,
        "--scenario", .. scenario,
        "--server", "127.0.0.1", "--port", $"{port}",
        "--ca", trust,
        "--pid", $"{server.Id}",
        "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
    ];
}
