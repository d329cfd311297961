using System.Text.Json.Serialization;

namespace OpenSslNb.Benchmarks;

/// <summary>All that is written to and read from JSON.</summary>
[JsonSerializable(typeof(LoadResult))]
[JsonSerializable(typeof(FloorResult))]
[JsonSerializable(typeof(BenchmarkRun))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
