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
