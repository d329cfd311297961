namespace OpenSslNb;

/// <summary>How a client's connections are made.</summary>
public sealed record TlsClientOptions : TlsOptions
{
    /// <summary>Trust these certificates alone, instead of the system's store; null for the system's store (<c>SSL_CTX_set_default_verify_paths(3)</c>).</summary>
    public TlsTrust? Trust { get; init; }

    /// <summary>
    /// Most sessions that the context remembers, by name and port of the peer, to resume them: no certificates are sent and verified again, and the handshake is cheaper by a third (RFC 8446 §2.2, RFC 5077). A session of TLS 1.3 is
    /// offered once (§C.4). 0, unless told otherwise: whoever can read both connections can tell that they are one client's.
    /// </summary>
    public int SessionCacheSize { get; init; }

    /// <summary>
    /// Beside a chain to <see cref="Trust"/>, at least one certificate of the verified chain must have one of these public keys: each <c>sha256//</c> and the Base64 of the SHA-256 of the key's
    /// SubjectPublicKeyInfo (RFC 7469 §2.4; <see cref="TlsCertificate.PublicKeyPin"/>). None unless given.
    /// </summary>
    public IReadOnlyList<string> PinnedKeys { get; init; } = [];

    /// <summary>
    /// Accepts any certificate for any name: whoever sits between can read and change everything. For tests and for peers that are authenticated by other means.
    /// The result of the check that was not enforced is still in <see cref="TlsConnectionInfo.VerificationError"/>.
    /// </summary>
    public bool DangerouslyAcceptAnyPeerCertificate { get; init; }
}
