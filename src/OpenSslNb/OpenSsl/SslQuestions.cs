using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Puts into managed words what a callback of OpenSSL is about.</summary>
internal static unsafe class SslQuestions
{
    /// <summary>What the server asked for with its CertificateRequest. Inside the certificate callback.</summary>
    public static TlsCertificateRequest RequestOf(nint ssl)
    {
        var authorities = new List<ReadOnlyMemory<byte>>();
        nint names = LibSsl.SSL_get0_peer_CA_list(ssl);
        int count = names == 0 ? 0 : LibCrypto.OPENSSL_sk_num(names);
        for (int i = 0; i < count; i++)
        {
            byte* der;
            nuint length;
            if (LibCrypto.X509_NAME_get0_der(LibCrypto.OPENSSL_sk_value(names, i), &der, &length) == 1) authorities.Add(new ReadOnlySpan<byte>(der, checked((int)length)).ToArray());
        }

        return new TlsCertificateRequest { Authorities = authorities, ServerName = ServerNameOf(ssl), CertificateType = CertificateTypes.Agreed(ssl, ofServer: false) };
    }

    /// <summary>Id of the session that a client wants to resume where the server keeps sessions; empty when it names none.</summary>
    public static ReadOnlyMemory<byte> SessionNamedBy(TlsClientHello hello, bool knowsTls13)
    {
        const int IdLength = 32;

        // Where TLS 1.3 will be spoken the older field holds nothing of the kind (RFC 8446 §D.4).
        ReadOnlyMemory<byte> id = knowsTls13 && hello.SupportedVersions.Contains((ushort)SslConst.TLS1_3_VERSION) ? ClientHelloReader.IdentityOf(hello.BodyOf(HelloExtension.PreSharedKey)) : hello.SessionId;
        return id.Length <= IdLength ? id : default;
    }

    /// <summary>What a verification came to. Inside the verification callback, after <c>X509_verify_cert(3)</c>.</summary>
    public static TlsPeerVerification SubjectOf(nint ssl, nint store)
    {
        int error = LibCrypto.X509_STORE_CTX_get_error(store);
        return new TlsPeerVerification
        {
            Certificates = CertificatesOf(LibCrypto.X509_STORE_CTX_get0_untrusted(store)),
            Chain = CertificatesOf(LibCrypto.X509_STORE_CTX_get0_chain(store)),
            Error = ErrorText(error),
            ErrorDepth = error == CryptoConst.X509_V_OK ? 0 : LibCrypto.X509_STORE_CTX_get_error_depth(store),
            ServerName = LibSsl.SSL_is_server(ssl) != 0 ? null : ServerNameOf(ssl),
            RawPublicKey = RawPeerKey.InVerification(store) is { } key ? key : default(ReadOnlyMemory<byte>?),
        };
    }

    /// <summary>The peer as its session knows it; null when it has shown neither a certificate nor a raw public key. After the handshake.</summary>
    public static TlsPeerVerification? SubjectOfSession(nint ssl)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> certificates = TlsConnectionInfo.CertificatesOf(ssl);
        byte[]? key = RawPeerKey.Of(ssl);
        if (certificates.Count == 0 && key is null) return null;
        return new TlsPeerVerification
        {
            Certificates = certificates,
            Chain = [],
            Error = ErrorText((int)LibSsl.SSL_get_verify_result(ssl)),
            ErrorDepth = 0,
            ServerName = LibSsl.SSL_is_server(ssl) != 0 ? null : ServerNameOf(ssl),
            RawPublicKey = key is null ? default(ReadOnlyMemory<byte>?) : key,
            IsResumed = LibSsl.SSL_session_reused(ssl) != 0,
        };
    }

    private static List<ReadOnlyMemory<byte>> CertificatesOf(nint stack)
    {
        var certificates = new List<ReadOnlyMemory<byte>>();
        int count = stack == 0 ? 0 : LibCrypto.OPENSSL_sk_num(stack);
        for (int i = 0; i < count; i++) certificates.Add(Der.Write(LibCrypto.OPENSSL_sk_value(stack, i)));
        return certificates;
    }

    private static string? ErrorText(int error) => error == CryptoConst.X509_V_OK ? null : Marshal.PtrToStringUTF8((nint)LibCrypto.X509_verify_cert_error_string(error));

    private static string? ServerNameOf(nint ssl) => Marshal.PtrToStringUTF8((nint)LibSsl.SSL_get_servername(ssl, SslConst.TLSEXT_NAMETYPE_host_name));
}
