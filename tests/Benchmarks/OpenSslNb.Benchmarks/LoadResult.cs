using System.Text.Json.Serialization;

namespace OpenSslNb.Benchmarks;

/// <summary>What the load generator reports of its measured time. Latencies in microseconds.</summary>
internal sealed record LoadResult
{
    [JsonPropertyName("units")]
    public required double Units { get; init; }

    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    [JsonPropertyName("cpu")]
    public double LoadCpuSeconds { get; init; }

    [JsonPropertyName("server_cpu")]
    public double ServerCpuSeconds { get; init; }

    [JsonPropertyName("p50")]
    public double? P50 { get; init; }

    [JsonPropertyName("p99")]
    public double? P99 { get; init; }

    [JsonPropertyName("p999")]
    public double? P999 { get; init; }
}
