using System.Text;

namespace OpenSslNb;

/// <summary>A key that both sides know beforehand, and the name they have for it (RFC 8446 §4.2.11, RFC 4279, RFC 9257). Immutable.</summary>
/// <remarks>With TLS 1.3 it is used with SHA-256. The same key should not serve both versions (<c>SSL_CTX_set_psk_client_callback(3)</c>).</remarks>
public sealed class TlsPreSharedKey
{
    /// <summary>Least bytes of a key: a shorter one can be guessed by whoever has recorded a handshake (RFC 9257 §6).</summary>
    public const int LeastLength = 16;

    /// <summary>Most bytes of a key, and of an identity in UTF-8: what every version of OpenSSL takes (<c>PSK_MAX_PSK_LEN</c>, <c>PSK_MAX_IDENTITY_LEN</c> of 1.1.1).</summary>
    public const int MostLength = 256;

    private const int MostIdentityLength = 128;

    private readonly byte[] _key;

    /// <param name="identity">1 to 128 bytes of UTF-8 without a zero; sent in the clear.</param>
    /// <param name="key">16 to 256 random bytes; copied. A password is none.</param>
    /// <exception cref="ArgumentException">One of them is too short or too long.</exception>
    public TlsPreSharedKey(string identity, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(identity);
        IdentityBytes = Encoding.UTF8.GetBytes(identity);
        if (IdentityBytes.Length is 0 or > MostIdentityLength || IdentityBytes.Contains((byte)0)) throw new ArgumentException($"the identity of a pre-shared key must be 1 to {MostIdentityLength} bytes of UTF-8 without a zero, and not {IdentityBytes.Length}", nameof(identity));
        if (key.Length is < LeastLength or > MostLength) throw new ArgumentException($"a pre-shared key must have {LeastLength} to {MostLength} bytes, and not {key.Length}", nameof(key));
        Identity = identity;
        _key = key.ToArray();
    }

    // As it is.
    private TlsPreSharedKey(byte[] key, string identity)
    {
        Identity = identity;
        IdentityBytes = Encoding.UTF8.GetBytes(identity);
        _key = key;
    }

    /// <summary>A key that may be too short to be safe, for those who test with others' keys.</summary>
    internal static TlsPreSharedKey Unchecked(string identity, byte[] key) => new(key, identity);

    /// <summary>The name of the key.</summary>
    public string Identity { get; }

    internal byte[] IdentityBytes { get; }

    internal ReadOnlySpan<byte> Key => _key;
}
