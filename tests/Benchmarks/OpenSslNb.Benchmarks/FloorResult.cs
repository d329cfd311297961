using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenSslNb.Benchmarks;

/// <summary>What OpenSSL costs by itself, between two <c>SSL</c>s in memory: no server can be cheaper. CPU microseconds, and gigabytes a second.</summary>
internal sealed record FloorResult
{
    [JsonPropertyName("handshake_server_us")]
    public required double HandshakeServer { get; init; }

    [JsonPropertyName("resumed_server_us")]
    public required double ResumedServer { get; init; }

    [JsonPropertyName("encrypt_gbps")]
    public required double Encrypt { get; init; }

    [JsonPropertyName("decrypt_gbps")]
    public required double Decrypt { get; init; }

    /// <summary>Measures it.</summary>
    public static FloorResult Measure(Identity identity)
    {
        string line = CommandOutput.Of("taskset", ["-c", "0", Installation.Floor, .. identity.ServerArguments[..4], "--tickets", "1", "--seconds", "1"]);
        return JsonSerializer.Deserialize(line, BenchmarkJson.Default.FloorResult) ?? throw new BenchmarkException($"the measurement of OpenSSL alone said '{line}'");
    }
}
