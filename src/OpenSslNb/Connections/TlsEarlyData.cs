namespace OpenSslNb;

/// <summary>What became of a client's early data (RFC 8446 §2.3; <c>SSL_get_early_data_status(3)</c>).</summary>
public enum TlsEarlyData
{
    /// <summary>None was sent: nothing to send, no session to send it with, or one that does not allow so much.</summary>
    None = 0,

    /// <summary>The client sent it, and the server did not take it: no byte of it was seen by the server's application.</summary>
    Rejected,

    /// <summary>The server took it. Whoever recorded it may send it again, to this server or another: see <see cref="TlsConnectionHandler.OnEarlyData"/>.</summary>
    Accepted,
}
