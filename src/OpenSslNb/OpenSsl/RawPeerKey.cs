using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>The public key that a peer has shown in place of a certificate (RFC 7250), and whether it is one of those that were expected.</summary>
internal static unsafe class RawPeerKey
{
    /// <summary>What the peer has shown, or its session still knows (<c>SSL_get0_peer_rpk(3)</c>), as a SubjectPublicKeyInfo; null when it has shown none.</summary>
    public static byte[]? Of(nint ssl)
    {
        nint key = OpenSslCapabilities.HasRawPublicKeys ? LibSsl.SSL_get0_peer_rpk(ssl) : 0;
        return key == 0 ? null : Der.WritePublicKey(key);
    }

    /// <summary>The one that is being verified (<c>X509_STORE_CTX_get0_rpk(3)</c>); null when it is a certificate.</summary>
    public static byte[]? InVerification(nint store)
    {
        nint key = OpenSslCapabilities.HasRawPublicKeys ? LibCrypto.X509_STORE_CTX_get0_rpk(store) : 0;
        return key == 0 ? null : Der.WritePublicKey(key);
    }

    /// <summary>Whether what the peer has shown is of a type that it may show. OpenSSL falls back to certificates where the peer knows nothing else, whether they were allowed or not.</summary>
    public static bool IsOfAllowedType(SslInstance instance, nint store)
    {
        bool isRaw = OpenSslCapabilities.HasRawPublicKeys && LibCrypto.X509_STORE_CTX_get0_rpk(store) != 0;
        if (isRaw ? instance.Context.Options.TakesRawKeys : instance.Context.Options.TakesCertificates) return true;
        instance.VerificationFault = isRaw ? "it is a raw public key, and certificates alone are accepted" : "it is an X.509 certificate, and raw public keys alone are accepted";

        // The peer gets unsupported_certificate.
        LibCrypto.X509_STORE_CTX_set_error(store, CryptoConst.X509_V_ERR_INVALID_PURPOSE);
        return false;
    }

    /// <summary>Whether it is accepted. OpenSSL has nothing to judge a raw key by but its strength: what it left open is closed here, with the expected keys and the pinned ones.</summary>
    /// <param name="instance">Whose peer it is.</param>
    /// <param name="store">Of the verification.</param>
    /// <param name="isGood">What OpenSSL says.</param>
    public static bool Settle(SslInstance instance, nint store, bool isGood)
    {
        if (InVerification(store) is not { } key) return isGood;
        if (LibCrypto.X509_STORE_CTX_get_error(store) == CryptoConst.X509_V_ERR_RPK_UNTRUSTED && IsExpected(instance, key))
        {
            LibCrypto.X509_STORE_CTX_set_error(store, CryptoConst.X509_V_OK);
            return true;
        }

        // The error stays: it is told, whether anybody minds or not.
        return instance.Context.Options is TlsClientOptions { DangerouslyAcceptAnyPeerCertificate: true };
    }

    private static bool IsExpected(SslInstance instance, byte[] key)
    {
        IReadOnlyList<TlsPublicKey> expected = instance.Context.Options.TrustedPeerKeys;
        if (!expected.Any(one => one.SubjectPublicKeyInfo.Span.SequenceEqual(key)))
        {
            instance.VerificationFault = expected.Count == 0 ? "it is a raw public key, and TrustedPeerKeys has none" : "its raw public key is none of TrustedPeerKeys";
            return false;
        }

        if (instance.Context.Pins is not { } pins || pins.Has(Digests.Sha256(key))) return true;
        instance.VerificationFault = "its raw public key is none of the pinned ones";
        return false;
    }
}
