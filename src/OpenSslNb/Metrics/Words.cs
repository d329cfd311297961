namespace OpenSslNb.Metrics;

/// <summary>The values of tags. Made once: a measurement allocates none.</summary>
internal static class Words
{
    /// <summary>One more than the last <see cref="CloseReason"/>.</summary>
    public const int ReasonCount = (int)CloseReason.LocalError + 1;

    /// <summary>A handshake that did what it should.</summary>
    public const string Ok = "ok";

    /// <summary>What a handshake that failed ended as. Those that only an established connection ends as are there too, so that nothing is lost should one come.</summary>
    public static string Result(CloseReason failure) => failure switch
    {
        CloseReason.None => Ok,
        CloseReason.HandshakeTimeout => "timeout",
        _ => Reason(failure),
    };

    public static string Reason(CloseReason reason) => reason switch
    {
        CloseReason.CloseNotify => "close_notify",
        CloseReason.Truncated => "truncated",
        CloseReason.Reset => "reset",
        CloseReason.ProtocolError => "protocol_error",
        CloseReason.VerificationFailed => "verification_failed",
        CloseReason.HandshakeTimeout => "handshake_timeout",
        CloseReason.IdleTimeout => "idle_timeout",
        CloseReason.WriteTimeout => "write_timeout",
        CloseReason.ShutdownTimeout => "shutdown_timeout",
        CloseReason.Aborted => "aborted",
        CloseReason.Disposed => "disposed",
        CloseReason.CallbackFailed => "callback_failed",
        CloseReason.ConnectFailed => "connect_failed",
        CloseReason.LocalError => "local_error",
        _ => "none",
    };

    public static string Operation(SslOperation operation) => operation switch
    {
        SslOperation.Handshake => "handshake",
        SslOperation.Read => "read",
        SslOperation.Write => "write",
        _ => "shutdown",
    };

    public static string Want(SslWant want) => want switch
    {
        SslWant.Read => "read",
        SslWant.Write => "write",
        SslWant.ClientHello => "client_hello",
        SslWant.Certificate => "certificate",
        SslWant.VerifyRetry => "verify_retry",
        _ => "async",
    };
}
