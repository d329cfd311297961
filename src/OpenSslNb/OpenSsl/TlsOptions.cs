using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>What clients and servers have in common. Immutable once a <see cref="TlsContext"/> is made of it.</summary>
public abstract record TlsOptions
{
    /// <summary>Lowest version that is accepted; TLS 1.2 unless told otherwise (<c>SSL_CTX_set_min_proto_version(3)</c>, RFC 8996).</summary>
    public TlsProtocol MinimumProtocol { get; init; } = TlsProtocol.Tls12;

    /// <summary>Highest version; the library's newest unless told otherwise.</summary>
    public TlsProtocol MaximumProtocol { get; init; } = TlsProtocol.Default;

    /// <summary>Cipher list for TLS 1.2 in OpenSSL's syntax (<c>openssl-ciphers(1)</c>); null for the library's default.</summary>
    public string? CipherList { get; init; }

    /// <summary>Cipher suites for TLS 1.3, colon-separated (<c>SSL_CTX_set_ciphersuites(3)</c>); null for the library's default.</summary>
    public string? CipherSuites { get; init; }

    /// <summary>Key exchange groups in order of preference, colon-separated (<c>SSL_CTX_set1_groups_list(3)</c>); null for the library's default.</summary>
    public string? Groups { get; init; }

    /// <summary>Signature algorithms in order of preference, colon-separated, such as <c>ecdsa_secp256r1_sha256:RSA-PSS+SHA256</c> (<c>SSL_CTX_set1_sigalgs_list(3)</c>); null for the library's default.</summary>
    public string? SignatureAlgorithms { get; init; }

    /// <summary>
    /// Least strength of keys, ciphers, groups and signatures, ours and the peer's, from 0 (anything) to 5 (256 bits); null for the library's default, which is 1 or 2 (<c>SSL_CTX_set_security_level(3)</c>).
    /// </summary>
    public int? SecurityLevel { get; init; }

    /// <summary>Application protocols in order of preference, such as <c>h2</c> and <c>http/1.1</c> (ALPN, RFC 7301); none unless given. Each is 1 to 255 bytes of ASCII.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];

    /// <summary>Our certificate chain and key; a server needs one, a client sends it when asked.</summary>
    public TlsCertificate? Certificate { get; init; }

    /// <summary>More of them, each with a key of another type (ECDSA, RSA, Ed25519): the one is taken that suits what the peer can verify (<c>SSL_CTX_use_certificate(3)</c>, <c>SSL_set_current_cert(3)</c>).</summary>
    public IReadOnlyList<TlsCertificate> AdditionalCertificates { get; init; } = [];

    /// <summary>
    /// What we may show of ourselves, in order of preference (RFC 7250; <c>SSL_CTX_set1_server_cert_type(3)</c>, <c>SSL_CTX_set1_client_cert_type(3)</c>). Certificates alone unless told otherwise: then nothing is said about it, as before. The server decides. Raw public keys
    /// need OpenSSL 3.2. Without X509 no certificate is ever shown, whatever <see cref="Certificate"/> has, which may then be a private key alone (<see cref="TlsCertificate.FromPrivateKeyPem"/>).
    /// </summary>
    public IReadOnlyList<TlsCertificateType> OwnCertificateTypes { get; init; } = CertificateTypes.Default;

    /// <summary>
    /// What the peer may show of itself, in order of preference (RFC 7250). Certificates alone unless told otherwise. A raw public key bears no name and no dates and has no chain: <see cref="TrustedPeerKeys"/> or <see cref="VerifyPeer"/> accept it, and nothing else does. Without
    /// X509 a peer that shows certificates, because it knows nothing else, is refused (unsupported_certificate). A server that has raw public keys here asks for them.
    /// </summary>
    public IReadOnlyList<TlsCertificateType> PeerCertificateTypes { get; init; } = CertificateTypes.Default;

    /// <summary>Raw public keys of peers that are accepted (<see cref="TlsCertificate.PublicKey"/>). Those who have the private key of any of these are the peer: no name is checked. None unless given; they say nothing of certificates.</summary>
    public IReadOnlyList<TlsPublicKey> TrustedPeerKeys { get; init; } = [];

    /// <summary>
    /// Judges the peer's certificate or raw public key after OpenSSL has (<c>SSL_CTX_set_cert_verify_callback(3)</c>): true accepts it, even against <see cref="TlsPeerVerification.Error"/>, so look at that first; false refuses it, and so does <see cref="TlsAlertException"/>, with its alert. Called on the thread that
    /// does the handshake; the answer may come later and from any thread, while the handshake waits, no longer than its timeout. An exception ends the connection.
    /// </summary>
    /// <remarks>
    /// Where OpenSSL can wait (clients, since 3.0.2: <c>SSL_set_retry_verify(3)</c>), a peer that is refused gets an alert and nothing of ours. Elsewhere an answer that comes later finds the handshake's messages exchanged: no data
    /// moves in either direction before it, and a peer that is refused gets close_notify. There it is also asked for sessions that are resumed.
    /// </remarks>
    public Func<TlsPeerVerification, ValueTask<bool>>? VerifyPeer { get; init; }

    /// <summary>
    /// Anything else that OpenSSL can be told, as names and values of its configuration files (<c>SSL_CONF_cmd(3)</c>, "supported configuration file commands"), such as <c>Options</c> with <c>PrioritizeChaCha,-MiddleboxCompat</c>, or <c>RecordPadding</c> with <c>512</c>.
    /// Applied in order, behind the other options. What those options say is not to be had here: certificates, versions, verification.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> OpenSslCommands { get; init; } = [];

    /// <summary>Lets TLS 1.2 peers renegotiate. Off unless told otherwise: it costs us far more than them (CVE-2011-1473) and crosses reads with writes.</summary>
    public bool AllowRenegotiation { get; init; }

    /// <summary>
    /// Lets the kernel encrypt and decrypt where it can: on <see cref="TransportKind.SocketFd"/>, with OpenSSL 3 built for it, the kernel's <c>tls</c> module, and a cipher that it knows
    /// (<c>SSL_OP_ENABLE_KTLS</c>, <c>SSL_CTX_set_options(3)</c>). Where it cannot, everything works as without; <see cref="TlsConnectionInfo.KernelTls"/> says what came of it. Off unless told otherwise.
    /// </summary>
    public bool KernelTls { get; init; }

    /// <summary>Receives each secret as a line in NSS key log format, for tools such as Wireshark (<c>SSL_CTX_set_keylog_callback(3)</c>). Called on the thread that does the handshake. Whoever has these lines can read the traffic.</summary>
    public Action<string>? KeyLog { get; init; }

    /// <summary>
    /// Which implementations of algorithms are to be used (<c>property(7)</c>, <c>SSL_CTX_new_ex(3)</c>), such as <c>fips=yes</c> for those of a FIPS provider alone; null for any. The provider has to be loaded by OpenSSL's configuration
    /// file (<c>fips_config(5)</c>). Needs OpenSSL 3.0. Random numbers and hashes of this library's own use (<c>RAND_bytes(3)</c>, <c>EVP_Digest(3)</c>) go by OpenSSL's default properties.
    /// </summary>
    public string? PropertyQuery { get; init; }

    /// <summary>
    /// Runs the steps of handshakes on these threads, so that a private key which takes its time (in hardware, in another process, of 4,096 bits and more) holds up no connection but its own. Callbacks of the handshake come on
    /// them too. Costs some 10 µs and 30 KB for a handshake, so only for keys that take longer. Null, unless told otherwise, runs them on the loop. Not together with early data.
    /// </summary>
    public TlsWorkers? HandshakeWorkers { get; init; }

    /// <summary>
    /// <see cref="OpenSslCommands"/> say everything that OpenSSL's configuration files can say, certificates, versions and verification too, over OpenSSL's own defaults: nobody is verified unless they say so. For conformance tests, whose
    /// cases are such files.
    /// </summary>
    internal bool LeavesAllToCommands { get; init; }

    internal bool ShowsCertificates => OwnCertificateTypes.Contains(TlsCertificateType.X509);

    internal bool TakesCertificates => PeerCertificateTypes.Contains(TlsCertificateType.X509);

    internal bool TakesRawKeys => PeerCertificateTypes.Contains(TlsCertificateType.RawPublicKey);

    /// <summary>True when a handshake may wait for an answer of the application, or for a worker.</summary>
    internal virtual bool AsksApplication => VerifyPeer is not null || HandshakeWorkers is not null;
}
