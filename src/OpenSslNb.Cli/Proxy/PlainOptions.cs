namespace OpenSslNb.Cli.Proxy;

/// <summary>Bounds of a connection without TLS.</summary>
/// <param name="OutboundLimit">Most bytes that wait for the kernel, unless they come all at once.</param>
/// <param name="BeginningTimeout">Time for the connection, the PROXY header, the ClientHello: until <see cref="PlainSide.EndBeginning"/>.</param>
/// <param name="IdleTimeout">Time without a byte in either direction.</param>
/// <param name="WriteTimeout">Time that bytes may wait without one of them going out.</param>
internal sealed record PlainOptions(int OutboundLimit, TimeSpan BeginningTimeout, TimeSpan IdleTimeout, TimeSpan WriteTimeout);
