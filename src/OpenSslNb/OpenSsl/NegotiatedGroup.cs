using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>The group that a handshake exchanged its keys in, by the name that TLS has for it.</summary>
internal static unsafe class NegotiatedGroup
{
    /// <summary>Its name; null when there was none, or none that OpenSSL still knows.</summary>
    public static string? Of(nint ssl)
    {
        if (LibSsl.SSL_group_to_name == null) return NameOf(Before3(ssl));
        int group = (int)LibSsl.SSL_get_negotiated_group(ssl);
        return group <= 0 ? null : Marshal.PtrToStringUTF8((nint)LibSsl.SSL_group_to_name(ssl, group));
    }

    // 1.1.1 keeps the peer's share, except at a server of TLS 1.2, which has taken the first group that both sides have. A session that is resumed without an exchange has no group there.
    private static int Before3(nint ssl)
    {
        nint share;
        if (LibSsl.SSL_get_peer_tmp_key(ssl, &share) == 1) return TakeGroupOf(share);
        bool isExchanged = LibSsl.SSL_version(ssl) < SslConst.TLS1_3_VERSION && LibSsl.SSL_session_reused(ssl) == 0 && LibSsl.SSL_CIPHER_get_kx_nid(LibSsl.SSL_get_current_cipher(ssl)) == CryptoConst.NID_kx_ecdhe;
        return isExchanged ? (int)LibSsl.SSL_get_shared_group(ssl, 0) : 0;
    }

    // X25519 and X448 are kinds of keys, and the curves are all of one kind. A finite field has no number. The share is ours to free.
    private static int TakeGroupOf(nint share)
    {
        int group = LibCrypto.EVP_PKEY_get_base_id(share) switch
        {
            CryptoConst.EVP_PKEY_EC => LibCrypto.EC_GROUP_get_curve_name(LibCrypto.EC_KEY_get0_group(LibCrypto.EVP_PKEY_get0_EC_KEY(share))),
            CryptoConst.EVP_PKEY_DH => 0,
            var kind => kind,
        };
        LibCrypto.EVP_PKEY_free(share);
        return group;
    }

    // Where ASN.1's short names, which are 1.1.1's, are not those of TLS (RFC 8422 §5.1.1), which 3.0 has.
    private static string? NameOf(int group) => group <= 0 ? null : Marshal.PtrToStringUTF8((nint)LibCrypto.OBJ_nid2sn(group)) switch
    {
        "prime256v1" => "secp256r1",
        "prime192v1" => "secp192r1",
        "X25519" => "x25519",
        "X448" => "x448",
        var name => name,
    };
}
