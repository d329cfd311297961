namespace OpenSslNb;

/// <summary>Where a TLS connection is in its life.</summary>
/// <remarks>
/// <code>
///                      close_notify sent         close_notify received
///  Handshaking ──► Open ───────────────► LocalClosed ───────────────┐
///       │           │                                               ▼
///       │           │ close_notify received                       Closed
///       │           └───────────────────► PeerClosed ───────────────▲
///       │           │                          close_notify sent    │
///       └───────────┴──► Failed (from every state but Closed)
/// </code>
/// Both half-closed states still move data in their open direction (RFC 8446 §6.1).
/// </remarks>
public enum ConnectionState : byte
{
    /// <summary>The initial handshake has not ended; no application data moves.</summary>
    Handshaking = 0,

    /// <summary>Both directions move data.</summary>
    Open,

    /// <summary>Our close_notify is sent: we only receive.</summary>
    LocalClosed,

    /// <summary>The peer's close_notify was received: we only send.</summary>
    PeerClosed,

    /// <summary>Both close_notify alerts were exchanged.</summary>
    Closed,

    /// <summary>The connection is lost: no call is made on its <c>SSL</c> again.</summary>
    Failed,
}
