namespace OpenSslNb;

/// <summary>One attempt of one operation on one connection.</summary>
/// <param name="Time">Since the connection's loop began, on the loop's clock; the start of the turn.</param>
/// <param name="Operation">What was attempted.</param>
/// <param name="Step">How it ended.</param>
/// <param name="QueuedBytes">Plaintext bytes queued after it.</param>
/// <param name="Before">The state before it.</param>
/// <param name="After">The state after it.</param>
public readonly record struct TlsTraceStep(TimeSpan Time, SslOperation Operation, SslStep Step, long QueuedBytes, ConnectionState Before, ConnectionState After);

/// <summary>Sees what the machine does.</summary>
public interface ITlsTrace
{
    /// <summary>An attempt ended. Called on the loop's thread, between the attempt and its callbacks; must not block and must not throw.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="step">The attempt.</param>
    void OnStep(TlsConnection connection, in TlsTraceStep step);
}
