namespace OpenSslNb;

/// <summary>What happens on a connection. All callbacks come on the loop's thread, one at a time for a connection, and must not block.</summary>
/// <remarks>
/// Every member of the connection may be called from inside a callback, <see cref="TlsConnection.Dispose"/> too. A callback that throws ends its own connection, and no other, with
/// <see cref="CloseReason.CallbackFailed"/>.
/// </remarks>
public abstract class TlsConnectionHandler
{
    /// <summary>The handshake has ended: <see cref="TlsConnection.Info"/> says how.</summary>
    public virtual void OnOpened(TlsConnection connection)
    {
        // Nothing to do unless the application wants to speak first.
    }

    /// <summary>
    /// A server's client has sent data before the handshake has ended (<see cref="TlsServerOptions.MaximumEarlyData"/>). Nobody knows yet that it comes from the client now: it may be a recording, and a server that does not guard against
    /// that may see it many times (RFC 8446 §8). Take what does no harm when it is repeated, and leave the rest.
    /// </summary>
    /// <param name="connection">The connection. Sends go out at once, before the handshake has ended (with <see cref="TransportKind.SocketFd"/> when it has); <see cref="TlsConnection.Info"/> is not there yet.</param>
    /// <param name="data">At least one byte; valid during the call only. More may follow in further calls.</param>
    /// <returns>True when it was taken. False, as unless overridden, keeps it, and all early data behind it: it comes through <see cref="OnReceived"/> when the handshake has ended, and is a recording no more.</returns>
    public virtual bool OnEarlyData(TlsConnection connection, ReadOnlySpan<byte> data) => false;

    /// <summary>Data came in.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="data">At least one byte; valid during the call only.</param>
    public abstract void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data);

    /// <summary>The peer's close_notify came: no more data will. What is queued still goes out, and more may be sent. Closes this side too unless overridden.</summary>
    public virtual void OnPeerClosed(TlsConnection connection) => connection.Close();

    /// <summary>After a refused send: the queue has fallen to the low-water mark, send again.</summary>
    public virtual void OnLowWater(TlsConnection connection)
    {
        // Only those who use TrySend need it.
    }

    /// <summary>The connection has ended and its resources are free. The last callback, exactly once.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="outcome">How it ended.</param>
    public virtual void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        // TlsConnection.Closed tells it too.
    }
}
