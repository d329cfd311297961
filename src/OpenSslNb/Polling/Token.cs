namespace OpenSslNb.Polling;

/// <summary>Names a registration with a poller. Comes back with each of its events.</summary>
/// <param name="Value">Chosen by the caller; the poller does not look at it.</param>
internal readonly record struct Token(long Value);
