namespace OpenSslNb;

/// <summary>Thrown by a callback of the application to refuse a handshake with an alert of its choice. Any other exception is <c>internal_error</c> to the peer.</summary>
/// <remarks>
/// From <see cref="TlsOptions.VerifyPeer"/> OpenSSL takes those that it has a verification error for: 42 to 46, 48, 51 and 80; others are <c>handshake_failure</c>. A verdict that OpenSSL could not wait for is told by no alert at all.
/// </remarks>
/// <param name="alert">AlertDescription of RFC 8446 §6, 0 to 255, such as 112 (<c>unrecognized_name</c>) or 49 (<c>access_denied</c>).</param>
/// <param name="message">For logs; the peer does not see it.</param>
public sealed class TlsAlertException(byte alert, string message) : Exception(message)
{
    /// <summary>What the peer is sent.</summary>
    public byte Alert { get; } = alert;
}
