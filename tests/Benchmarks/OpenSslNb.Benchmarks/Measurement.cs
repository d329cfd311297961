namespace OpenSslNb.Benchmarks;

/// <summary>One contender, one scenario, one round.</summary>
internal sealed record Measurement
{
    public required string Scenario { get; init; }

    public required string Contender { get; init; }

    public required int Round { get; init; }

    /// <summary>Units of work done in the measured time, all of it verified.</summary>
    public required double Units { get; init; }

    public required double Seconds { get; init; }

    /// <summary>CPU of the server process, all its threads, user and system.</summary>
    public required double ServerCpuSeconds { get; init; }

    public double LoadCpuSeconds { get; init; }

    /// <summary>Managed bytes that the server allocated; null when nothing is managed.</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>Latency in microseconds, where a unit has one.</summary>
    public double? P50 { get; init; }

    public double? P99 { get; init; }

    public double? P999 { get; init; }

    /// <summary>The same while nobody else was there: of the quiet connection.</summary>
    public double? UnloadedP99 { get; init; }

    /// <summary>Handshakes a second that others did meanwhile.</summary>
    public double? HandshakesPerSecond { get; init; }

    /// <summary>Memory of one idle connection.</summary>
    public double? BytesPerConnection { get; init; }

    /// <summary>What the scenario's ratios are made of: CPU of a unit, or memory of a connection.</summary>
    public double Cost => BytesPerConnection ?? ServerCpuSeconds / Units;

    public double PerSecond => Units / Seconds;
}
