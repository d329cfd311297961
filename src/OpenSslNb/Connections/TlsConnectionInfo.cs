using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>What a handshake has agreed on. Immutable.</summary>
public sealed record TlsConnectionInfo
{
    /// <summary>The version (<c>SSL_version(3)</c>).</summary>
    public required TlsProtocol Protocol { get; init; }

    /// <summary>The cipher suite's name in OpenSSL's spelling (<c>SSL_CIPHER_get_name(3)</c>).</summary>
    public required string CipherSuite { get; init; }

    /// <summary>The group of the key exchange, such as <c>x25519</c> or <c>secp256r1</c> (<c>SSL_get_negotiated_group(3)</c>); null with RSA key exchange, with a finite field in TLS 1.2 (which a server with OpenSSL 4.0 tells), and with OpenSSL 1.1.1 when TLS 1.2 resumes a session.</summary>
    public string? Group { get; init; }

    /// <summary>What the peer signed the handshake with, as in <see cref="TlsOptions.SignatureAlgorithms"/>: <c>ECDSA+SHA256</c>, <c>RSA-PSS+SHA256</c>, <c>ED25519</c> (<c>SSL_get_peer_signature_type_nid(3)</c>); null when it did not sign.</summary>
    public string? PeerSignatureAlgorithm { get; init; }

    /// <summary>The application protocol (ALPN, RFC 7301); null when none was agreed.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary>The name that the client asked for (SNI, RFC 6066 §3); null when it asked for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>At a server, what the client said first, with its JA3 and JA4 fingerprints; null unless <see cref="TlsServerOptions.KeepClientHello"/> asks for it.</summary>
    public TlsClientHello? ClientHello { get; init; }

    /// <summary>Identity of the pre-shared key that both sides were known by; null when there was none (<see cref="TlsClientOptions.PreSharedKey"/>).</summary>
    public string? PreSharedKeyIdentity { get; init; }

    /// <summary>What became of early data: a client's own, or at a server the client's.</summary>
    public TlsEarlyData EarlyData { get; init; }

    /// <summary>Most plaintext bytes of a record that both sides have agreed on (RFC 6066 §4); null when they have not.</summary>
    public int? MaximumFragmentLength { get; init; }

    /// <summary>True when an earlier session was resumed.</summary>
    public bool IsResumed { get; init; }

    /// <summary>Subject of the peer's certificate; null when it sent none.</summary>
    public string? PeerSubject { get; init; }

    /// <summary>
    /// The certificates that the peer sent, its own first, as DER (<c>SSL_get_peer_cert_chain(3)</c>); none when it sent none. Of a resumed session, those that the session still holds: at least its own. As they were sent: that a chain
    /// was verified with them is said by <see cref="VerificationError"/>, or by the connection being there at all.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; init; } = [];

    /// <summary>What was agreed on that we show of ourselves, if anything: of <see cref="TlsOptions.OwnCertificateTypes"/>, or certificates where the peer knows nothing else (<c>SSL_get_negotiated_server_cert_type(3)</c>).</summary>
    public TlsCertificateType OwnCertificateType { get; init; }

    /// <summary>What the peer has shown of itself, now or in the handshake of the session that is resumed; null when it has shown nothing.</summary>
    public TlsCertificateType? PeerCertificateType { get; init; }

    /// <summary>The public key that the peer has shown in place of certificates (RFC 7250; <c>SSL_get0_peer_rpk(3)</c>): its SubjectPublicKeyInfo as DER; null when it has shown none. Also of a resumed session.</summary>
    public ReadOnlyMemory<byte>? PeerRawPublicKey { get; init; }

    /// <summary>Why the peer's certificate or raw public key would not be acceptable, in OpenSSL's words (<c>SSL_get_verify_result(3)</c>); null when it is, or when the peer sent none. Only a side that does not enforce verification sees it set.</summary>
    public string? VerificationError { get; init; }

    /// <summary>Directions in which the kernel does the cryptography (<c>BIO_get_ktls_send(3)</c>); none unless <see cref="TlsOptions.KernelTls"/> asked for it and it can.</summary>
    public KernelTlsDirections KernelTls { get; init; }

    internal static unsafe TlsConnectionInfo Of(SslInstance instance)
    {
        nint ssl = instance.Ssl;
        nint verification = LibSsl.SSL_get_verify_result(ssl);
        (string? subject, IReadOnlyList<ReadOnlyMemory<byte>> certificates) = PeerOf(ssl);
        byte[]? key = RawPeerKey.Of(ssl);
        TlsCertificateType? type = key is not null ? TlsCertificateType.RawPublicKey : certificates.Count > 0 ? TlsCertificateType.X509 : null;
        return new TlsConnectionInfo
        {
            Protocol = (TlsProtocol)LibSsl.SSL_version(ssl),
            CipherSuite = CipherNames.Of(LibSsl.SSL_get_current_cipher(ssl)),
            Group = NegotiatedGroup.Of(ssl),
            PeerSignatureAlgorithm = PeerSignatureOf(ssl),
            ApplicationProtocol = ApplicationProtocolOf(ssl),
            ServerName = Text(LibSsl.SSL_get_servername(ssl, SslConst.TLSEXT_NAMETYPE_host_name)),
            ClientHello = instance.KeptHello,
            KernelTls = KernelTlsOf(LibSsl.SSL_get_rbio(ssl)),
            PreSharedKeyIdentity = IdentityOf(instance),
            IsResumed = LibSsl.SSL_session_reused(ssl) != 0 && IdentityOf(instance) is null,
            EarlyData = instance.EarlyDataOutcome,
            MaximumFragmentLength = FragmentLengthOf(ssl),
            PeerSubject = subject,
            PeerCertificates = certificates,
            OwnCertificateType = CertificateTypes.Agreed(ssl, ofServer: instance.Context.IsServer),
            PeerCertificateType = type,
            PeerRawPublicKey = key is null ? default(ReadOnlyMemory<byte>?) : key,
            VerificationError = type is null || verification == CryptoConst.X509_V_OK ? null : Text(LibCrypto.X509_verify_cert_error_string(verification)),
        };
    }

    // With TLS 1.3 it looks like a session that is resumed.
    private static unsafe string? IdentityOf(SslInstance instance)
    {
        bool isTaken = LibSsl.SSL_version(instance.Ssl) >= SslConst.TLS1_3_VERSION ? LibSsl.SSL_session_reused(instance.Ssl) != 0 : LibSsl.SSL_get_psk_identity(instance.Ssl) != null;
        return isTaken ? instance.PreSharedKeyIdentity : null;
    }

    private static unsafe string? PeerSignatureOf(nint ssl)
    {
        int type;
        int digest;
        if (LibSsl.SSL_get_peer_signature_type_nid(ssl, &type) != 1) return null;
        string? name = type switch
        {
            CryptoConst.EVP_PKEY_RSA => "RSA",
            CryptoConst.EVP_PKEY_RSA_PSS => "RSA-PSS",
            CryptoConst.EVP_PKEY_EC => "ECDSA",
            _ => Text(LibCrypto.OBJ_nid2sn(type)),
        };

        // Some sign what they hash themselves.
        bool isHashed = LibSsl.SSL_get_peer_signature_nid(ssl, &digest) == 1 && digest != 0;
        return isHashed ? $"{name}+{Text(LibCrypto.OBJ_nid2sn(digest))}" : name;
    }

    private static unsafe int? FragmentLengthOf(nint ssl)
    {
        nint session = LibSsl.SSL_get_session(ssl);
        int code = session == 0 ? 0 : LibSsl.SSL_SESSION_get_max_fragment_length(session);
        return code is >= SslConst.TLSEXT_max_fragment_length_512 and <= SslConst.TLSEXT_max_fragment_length_4096 ? 256 << code : null;
    }

    // One BIO for both directions, on every transport.
    private static unsafe KernelTlsDirections KernelTlsOf(nint bio) =>
        (LibCrypto.BIO_ctrl(bio, CryptoConst.BIO_CTRL_GET_KTLS_SEND, 0, null) > 0 ? KernelTlsDirections.Send : 0)
        | (LibCrypto.BIO_ctrl(bio, CryptoConst.BIO_CTRL_GET_KTLS_RECV, 0, null) > 0 ? KernelTlsDirections.Receive : 0);

    private static unsafe string? ApplicationProtocolOf(nint ssl)
    {
        byte* name;
        uint length;
        LibSsl.SSL_get0_alpn_selected(ssl, &name, &length);
        return length == 0 ? null : Marshal.PtrToStringUTF8((nint)name, (int)length);
    }

    private static unsafe (string?, IReadOnlyList<ReadOnlyMemory<byte>>) PeerOf(nint ssl)
    {
        nint pointer = LibSsl.SSL_get1_peer_certificate(ssl);
        if (pointer == 0) return (null, []);
        using SafeX509Handle certificate = SafeX509Handle.Adopt(pointer);
        const int Size = 512;
        byte* buffer = stackalloc byte[Size];
        string? subject = Text(LibCrypto.X509_NAME_oneline(LibCrypto.X509_get_subject_name(pointer), buffer, Size));
        return (subject, CertificatesOf(ssl));
    }

    /// <summary>What the peer sent, or what its session still holds of it.</summary>
    internal static unsafe IReadOnlyList<ReadOnlyMemory<byte>> CertificatesOf(nint ssl)
    {
        nint pointer = LibSsl.SSL_get1_peer_certificate(ssl);
        if (pointer == 0) return [];
        using SafeX509Handle certificate = SafeX509Handle.Adopt(pointer);
        var certificates = new List<ReadOnlyMemory<byte>> { Der.Write(pointer) };
        nint chain = LibSsl.SSL_get_peer_cert_chain(ssl);

        // A client's begins with the peer's own certificate, a server's behind it.
        int count = chain == 0 ? 0 : LibCrypto.OPENSSL_sk_num(chain);
        for (int i = LibSsl.SSL_is_server(ssl) != 0 ? 0 : 1; i < count; i++) certificates.Add(Der.Write(LibCrypto.OPENSSL_sk_value(chain, i)));
        return certificates;
    }

    private static unsafe string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}
