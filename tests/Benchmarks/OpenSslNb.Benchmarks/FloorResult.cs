namespace OpenSslNb.Benchmarks;

/// <summary>What OpenSSL costs by itself, without sockets and without a server around it.</summary>
internal sealed record FloorResult;
