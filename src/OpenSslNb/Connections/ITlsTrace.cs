namespace OpenSslNb;

/// <summary>Sees what a connection does and what happens to it. One may serve any number of connections on any number of loops.</summary>
/// <remarks>
/// All members must neither block nor throw. They are called on the loop's thread, one at a time for a connection, except <see cref="OnApplication"/>. Every time is what the clock of the loop
/// (<see cref="EventLoopOptions.Clock"/>) has measured since its own zero, so that loops with one clock can be compared; only differences mean something.
/// </remarks>
public interface ITlsTrace
{
    /// <summary>An attempt ended. Called between the attempt and its callbacks.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="step">The attempt.</param>
    void OnStep(TlsConnection connection, in TlsTraceStep step);

    /// <summary>OpenSSL has sent or received a record or a protocol message (<c>SSL_set_msg_callback(3)</c>). Called from inside the attempt that does it, before <see cref="OnStep"/> tells how that ended.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="message">The record or message.</param>
    void OnMessage(TlsConnection connection, in TlsTraceMessage message)
    {
        // Only for those who look below the operations.
    }

    /// <summary>A turn of the connection ended in which ciphertext moved, or what it waits for has changed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transport">What moved, and what is waited for.</param>
    void OnTransport(TlsConnection connection, in TlsTraceTransport transport)
    {
        // Only for those who look below the operations.
    }

    /// <summary>The application asked for something or was told something. Called on the thread that asks, so what one thread asks may overtake what another is told; the times are in order.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="application">What it was.</param>
    void OnApplication(TlsConnection connection, in TlsTraceApplication application)
    {
        // Only for those who look above the operations.
    }
}
