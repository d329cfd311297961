using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Which of a client's certificates OpenSSL looks at with TLS 1.2: the one that was loaded last, and no other, where servers, and clients of TLS 1.3, look at all.</summary>
internal static unsafe class CurrentCertificate
{
    /// <summary>Makes that one current which the server can verify, by the order of signature algorithms that both know. Leaves everything as it is when there is none.</summary>
    public static void Choose(nint ssl)
    {
        if ((TlsProtocol)LibSsl.SSL_version(ssl) != TlsProtocol.Tls12) return;
        int count = LibSsl.SSL_get_shared_sigalgs(ssl, 0, null, null, null, null, null);
        for (int i = 0; i < count; i++)
        {
            int signature;
            if (LibSsl.SSL_get_shared_sigalgs(ssl, i, &signature, null, null, null, null) > 0 && TryMakeCurrent(ssl, signature)) return;
        }
    }

    private static bool TryMakeCurrent(nint ssl, int signature)
    {
        for (int step = SslConst.SSL_CERT_SET_FIRST; LibSsl.SSL_set_current_cert(ssl, step) > 0; step = SslConst.SSL_CERT_SET_NEXT)
        {
            int key = LibCrypto.EVP_PKEY_get_base_id(LibSsl.SSL_get_privatekey(ssl));

            // RSA keys make both sorts of signatures (RFC 8446 §4.2.3).
            if (key == signature || (key == CryptoConst.EVP_PKEY_RSA && signature == CryptoConst.EVP_PKEY_RSA_PSS)) return true;
        }

        return false;
    }
}
