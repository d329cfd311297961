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

    /// <summary>Whether the server has to send an OCSP response with its certificate that says that it is not revoked (<c>SSL_CTX_set_tlsext_status_cb(3)</c>). Not asked for unless told otherwise.</summary>
    public StaplePolicy Stapling { get; init; }

    /// <summary>
    /// Asks the server to send no record with more plaintext than 512, 1,024, 2,048 or 4,096 bytes, and sends none either (RFC 6066 §4; <c>SSL_CTX_set_tlsext_max_fragment_length(3)</c>): for clients with little memory. A server need not
    /// know of it: <see cref="TlsConnectionInfo.MaximumFragmentLength"/>. Null does not ask. (OpenSSL does not have its successor, RFC 8449's record size limit.)
    /// </summary>
    public int? MaximumFragmentLength { get; init; }

    /// <summary>
    /// Beside a chain to <see cref="Trust"/>, at least one certificate of the verified chain must have one of these public keys: each <c>sha256//</c> and the Base64 of the SHA-256 of the key's
    /// SubjectPublicKeyInfo (RFC 7469 §2.4; <see cref="TlsCertificate.PublicKeyPin"/>). Of a raw public key it is the key itself, which has to be among <see cref="TlsOptions.TrustedPeerKeys"/> all the same. None unless given.
    /// </summary>
    public IReadOnlyList<string> PinnedKeys { get; init; } = [];

    /// <summary>
    /// A key that the server knows too, to be known by without certificates (RFC 8446 §4.2.11, RFC 4279). With TLS 1.2 only suites with pre-shared keys are offered unless <see cref="TlsOptions.CipherList"/> says otherwise, and with TLS 1.3 those of SHA-256, which the key is for, unless <see cref="TlsOptions.CipherSuites"/> does; a TLS 1.3 server
    /// that does not take it has to show a certificate, which is verified as ever. <see cref="TlsConnectionInfo.PreSharedKeyIdentity"/> says what came of it. Not together with <see cref="SessionCacheSize"/>.
    /// </summary>
    public TlsPreSharedKey? PreSharedKey { get; init; }

    /// <summary>
    /// Chooses our certificate when a server asks for one (<c>SSL_CTX_set_cert_cb(3)</c>); null sends <see cref="TlsOptions.Certificate"/>, or none. Called on the thread that does the handshake; the answer may come later and from any
    /// thread, while the handshake waits, no longer than its timeout. An exception ends the connection. The certificate must not be disposed before the handshake has gone on.
    /// </summary>
    public Func<TlsCertificateRequest, ValueTask<TlsCertificate?>>? SelectCertificate { get; init; }

    /// <summary>Tells servers of TLS 1.3 that they may ask for our certificate after the handshake (RFC 8446 §4.2.6; <c>SSL_CTX_set_post_handshake_auth(3)</c>). Off unless told otherwise.</summary>
    public bool AllowPostHandshakeAuthentication { get; init; }

    internal override bool AsksApplication => SelectCertificate is not null || base.AsksApplication;

    /// <summary>
    /// Accepts any certificate for any name, and any raw public key: whoever sits between can read and change everything. For tests and for peers that are authenticated by other means.
    /// The result of the check that was not enforced is still in <see cref="TlsConnectionInfo.VerificationError"/>.
    /// </summary>
    public bool DangerouslyAcceptAnyPeerCertificate { get; init; }
}
