using System.Runtime.InteropServices;

namespace OpenSslNb.Benchmarks;

/// <summary>Everything that one run has found, and where it was found.</summary>
internal sealed record BenchmarkRun
{
    public required DateTimeOffset Began { get; init; }

    public required double Minutes { get; init; }

    public required double SecondsPerMeasurement { get; init; }

    public required int Rounds { get; init; }

    public required MachineInfo Machine { get; init; }

    public required IReadOnlyList<Measurement> Measurements { get; init; }

    public FloorResult? Floor { get; init; }
}

/// <summary>The machine and the versions on it.</summary>
internal sealed record MachineInfo(string Processor, int Cores, string Kernel, string CongestionControl, string Runtime, string OpenSsl)
{
    public static MachineInfo Here() => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control").Trim(),
        RuntimeInformation.FrameworkDescription,
        CommandOutput.Of("openssl", "version"));
}
