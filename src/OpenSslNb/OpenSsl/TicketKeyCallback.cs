using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Gives OpenSSL the keys for its tickets (<c>SSL_CTX_set_tlsext_ticket_key_evp_cb(3)</c>; before 3.0 <c>SSL_CTX_set_tlsext_ticket_key_cb(3)</c>).</summary>
internal static unsafe class TicketKeyCallback
{
    private const int IvLength = 16;
    private const int Error = -1;
    private const int NoKey = 0;
    private const int Good = 1;
    private const int GoodAndRenew = 2;

    public static void Set(nint context)
    {
        int result = LibSsl.SSL_CTX_set_tlsext_ticket_key_evp_cb == null
            ? (int)LibSsl.SSL_CTX_set_tlsext_ticket_key_cb(context, &OnTicketKey)
            : LibSsl.SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &OnTicketKey);
        if (result != 1) throw OpenSslException.FromQueue("OpenSSL refused the callback for ticket keys");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTicketKey(nint ssl, byte* name, byte* iv, nint cipher, nint mac, int encrypts)
    {
        if (SslCallbacks.InstanceOf(ssl) is not { } instance) return Error;
        try
        {
            if (instance.TicketContext.Options is not TlsServerOptions { TicketKeys: { } source }) return Error;
            IReadOnlyList<TicketKey> keys = source.Keys;
            return encrypts != 0 ? Make(ssl, keys, name, iv, cipher, mac) : Take(keys, name, iv, cipher, mac);
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
            return Error;
        }
    }

    private static int Make(nint ssl, IReadOnlyList<TicketKey> keys, byte* name, byte* iv, nint cipher, nint mac)
    {
        // Without a key 1.1.1 sends an empty ticket, which says so in TLS 1.2 (RFC 5077 §3.3). TLS 1.3 has none such: one that nobody can read does no harm.
        if (keys.Count == 0 && (OpenSslLibrary.Version.Is3OrLater || LibSsl.SSL_version(ssl) < SslConst.TLS1_3_VERSION)) return NoKey;
        TicketKey key = keys.Count > 0 ? keys[0] : TicketKey.Create();
        key.Name.CopyTo(new Span<byte>(name, TicketKey.NameLength));
        Digests.FillRandomly(new Span<byte>(iv, IvLength));
        return TryInit(key, iv, cipher, mac, encrypts: true) ? Good : Error;
    }

    private static int Take(IReadOnlyList<TicketKey> keys, byte* name, byte* iv, nint cipher, nint mac)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            if (!keys[i].Name.SequenceEqual(new ReadOnlySpan<byte>(name, TicketKey.NameLength))) continue;
            if (!TryInit(keys[i], iv, cipher, mac, encrypts: false)) return Error;
            return i == 0 ? Good : GoodAndRenew;
        }

        return NoKey;
    }

    private static bool TryInit(TicketKey key, byte* iv, nint cipher, nint mac, bool encrypts)
    {
        fixed (byte* cipherKey = key.CipherKey)
        fixed (byte* macKey = key.MacKey)
        {
            int result = encrypts
                ? LibCrypto.EVP_EncryptInit_ex(cipher, LibCrypto.EVP_aes_256_cbc(), 0, cipherKey, iv)
                : LibCrypto.EVP_DecryptInit_ex(cipher, LibCrypto.EVP_aes_256_cbc(), 0, cipherKey, iv);
            return result == 1 && (LibCrypto.EVP_MAC_CTX_set_params == null ? LibCrypto.HMAC_Init_ex(mac, macKey, key.MacKey.Length, LibCrypto.EVP_sha256(), 0) : SetMac(mac, macKey, key.MacKey.Length)) == 1;
        }
    }

    private static int SetMac(nint mac, byte* key, int length)
    {
        fixed (byte* keyName = "key"u8, digestName = "digest"u8, digest = "SHA256"u8)
        {
            // The literals are followed by a zero. The last entry, all zero, is the end.
            OSSL_PARAM* parameters = stackalloc OSSL_PARAM[3];
            parameters[0] = new OSSL_PARAM { key = keyName, data_type = CryptoConst.OSSL_PARAM_OCTET_STRING, data = key, data_size = (nuint)length };
            parameters[1] = new OSSL_PARAM { key = digestName, data_type = CryptoConst.OSSL_PARAM_UTF8_STRING, data = digest, data_size = 6 };
            parameters[2] = default;
            return LibCrypto.EVP_MAC_CTX_set_params(mac, parameters);
        }
    }
}
