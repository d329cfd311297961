using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Which of a client's certificates OpenSSL looks at before TLS 1.3: the one that was loaded last, and no other, where servers, and clients of TLS 1.3, look at all.</summary>
internal static unsafe class CurrentCertificate
{
    // RFC 5246 §7.4.4, and RFC 8422 §5.5 for ECDSA and EdDSA.
    private const byte RsaSign = 1;
    private const byte EcdsaSign = 64;

    /// <summary>
    /// Makes that one current which the server takes: with TLS 1.2 by the order of signature algorithms that both know; before it nothing is said of these, and the options' order counts.
    /// Where the server takes none of them, any is as good as another.
    /// </summary>
    public static void Choose(nint ssl, TlsOptions options)
    {
        var version = (TlsProtocol)LibSsl.SSL_version(ssl);
        if (version > TlsProtocol.Tls12) return;
        ReadOnlySpan<byte> types = LibSsl.SSL_get0_certificate_types(ssl);
        if (version < TlsProtocol.Tls12)
        {
            foreach (TlsCertificate certificate in (TlsCertificate[])[options.Certificate!, .. options.AdditionalCertificates])
            {
                if (TryMakeCurrent(ssl, types, key => key is CryptoConst.EVP_PKEY_RSA or CryptoConst.EVP_PKEY_EC && certificate.Is(LibSsl.SSL_get_certificate(ssl)))) return;
            }

            return;
        }

        int count = LibSsl.SSL_get_shared_sigalgs(ssl, 0, null, null, null, null, null);
        for (int i = 0; i < count; i++)
        {
            int signature;
            if (LibSsl.SSL_get_shared_sigalgs(ssl, i, &signature, null, null, null, null) <= 0) continue;
            int wanted = signature;
            if (TryMakeCurrent(ssl, types, key => Signs(key, wanted))) return;
        }
    }

    // Servers that name no types at all, against RFC 5246, take any.
    private static bool TryMakeCurrent(nint ssl, ReadOnlySpan<byte> types, Func<int, bool> suits)
    {
        for (int step = SslConst.SSL_CERT_SET_FIRST; LibSsl.SSL_set_current_cert(ssl, step) > 0; step = SslConst.SSL_CERT_SET_NEXT)
        {
            int key = LibCrypto.EVP_PKEY_get_base_id(LibSsl.SSL_get_privatekey(ssl));
            if ((types.IsEmpty || types.Contains(TypeOf(key))) && suits(key)) return true;
        }

        return false;
    }

    private static byte TypeOf(int key) => key is CryptoConst.EVP_PKEY_RSA or CryptoConst.EVP_PKEY_RSA_PSS ? RsaSign : EcdsaSign;

    // RSA keys make both sorts of signatures (RFC 8446 §4.2.3).
    private static bool Signs(int key, int signature) => key == signature || (key == CryptoConst.EVP_PKEY_RSA && signature == CryptoConst.EVP_PKEY_RSA_PSS);
}
