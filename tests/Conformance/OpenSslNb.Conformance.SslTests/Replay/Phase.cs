namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>What both sides do before they go on to the next thing.</summary>
internal enum Phase
{
    Handshake,

    /// <summary>Each sends and takes the case's bytes.</summary>
    Data,

    Renegotiation,

    KeyUpdate,

    CertificateRequest,

    /// <summary>close_notify in both directions.</summary>
    Shutdown,
}
