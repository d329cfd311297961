namespace OpenSslNb.Benchmarks;

/// <summary>The benchmark cannot go on, or a contender did wrong; the message says what happened.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
