namespace OpenSslNb;

/// <summary>Thrown by a callback of the application to refuse a handshake with an alert of its choice. Any other exception is <c>internal_error</c> to the peer.</summary>
/// <param name="alert">AlertDescription of RFC 8446 §6, 0 to 255, such as 112 (<c>unrecognized_name</c>) or 49 (<c>access_denied</c>).</param>
/// <param name="message">For logs; the peer does not see it.</param>
public sealed class TlsAlertException(byte alert, string message) : Exception(message)
{
    /// <summary>What the peer is sent.</summary>
    public byte Alert { get; } = alert;
}
