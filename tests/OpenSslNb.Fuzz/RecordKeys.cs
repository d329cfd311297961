using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.Fuzz;

/// <summary>Key, nonce and sequence number of one sender, for AES-128-GCM with SHA-256 (RFC 8446 §5.2, RFC 5288 §3).</summary>
internal sealed class RecordKeys
{
    private const int KeyLength = 16;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 5;
    private const int ExplicitNonceLength = 8;
    private const byte ApplicationDataType = 23;

    private readonly byte[] _secret;
    private readonly byte[] _key;
    private readonly byte[] _nonce;
    private ulong _sequence;

    private RecordKeys(byte[] secret, byte[] key, byte[] nonce) => (_secret, _key, _nonce) = (secret, key, nonce);

    public static RecordKeys Tls13(byte[] secret) => new(secret, Expand(secret, "key", KeyLength), Expand(secret, "iv", NonceLength));

    public static RecordKeys Tls12(byte[] master, byte[] clientRandom, byte[] serverRandom, bool ofServer)
    {
        const int SaltLength = NonceLength - ExplicitNonceLength;
        byte[] block = Prf(master, [.. "key expansion"u8, .. serverRandom, .. clientRandom], (2 * KeyLength) + (2 * SaltLength));
        int key = ofServer ? KeyLength : 0;
        int salt = (2 * KeyLength) + (ofServer ? SaltLength : 0);
        return new(master, block[key..(key + KeyLength)], block[salt..(salt + SaltLength)]);
    }

    /// <summary>The keys after a KeyUpdate (RFC 8446 §7.2).</summary>
    public RecordKeys Next13() => Tls13(Expand(_secret, "traffic upd", SHA256.HashSizeInBytes));

    /// <summary>The real sender has used a sequence number.</summary>
    public void Skip() => _sequence++;

    public byte[] Protect13(byte type, ReadOnlySpan<byte> content)
    {
        byte[] inner = [.. content, type];
        byte[] record = new byte[HeaderLength + inner.Length + TagLength];
        Header(record, ApplicationDataType);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(Nonce13(), inner, record.AsSpan(HeaderLength, inner.Length), record.AsSpan(^TagLength..), record.AsSpan(..HeaderLength));
        _sequence++;
        return record;
    }

    /// <summary>Content with its type behind it, or null if this is not the sender's next record.</summary>
    public byte[]? Unprotect13(ReadOnlySpan<byte> record)
    {
        if (record.Length < HeaderLength + TagLength + 1) return null;
        byte[] inner = new byte[record.Length - HeaderLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        try
        {
            aes.Decrypt(Nonce13(), record[HeaderLength..^TagLength], record[^TagLength..], inner, record[..HeaderLength]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        _sequence++;
        return inner;
    }

    public byte[] Protect12(byte type, ReadOnlySpan<byte> content)
    {
        byte[] record = new byte[HeaderLength + ExplicitNonceLength + content.Length + TagLength];
        Header(record, type);
        Span<byte> nonce = record.AsSpan(HeaderLength, ExplicitNonceLength);
        BinaryPrimitives.WriteUInt64BigEndian(nonce, _sequence);
        byte[] additional = [.. nonce, type, 3, 3, (byte)(content.Length >> 8), (byte)content.Length];
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt([.. _nonce, .. nonce], content, record.AsSpan(HeaderLength + ExplicitNonceLength, content.Length), record.AsSpan(^TagLength..), additional);
        _sequence++;
        return record;
    }

    private static void Header(byte[] record, byte type)
    {
        record[0] = type;
        record[1] = record[2] = 3;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)(record.Length - HeaderLength));
    }

    private byte[] Nonce13()
    {
        byte[] nonce = [.. _nonce];
        Span<byte> last = nonce.AsSpan(^8..);
        BinaryPrimitives.WriteUInt64BigEndian(last, BinaryPrimitives.ReadUInt64BigEndian(last) ^ _sequence);
        return nonce;
    }

    private static byte[] Expand(byte[] secret, string label, int length)
    {
        byte[] name = Encoding.ASCII.GetBytes("tls13 " + label);
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, [0, (byte)length, (byte)name.Length, .. name, 0]);
    }

    // RFC 5246 §5.
    private static byte[] Prf(byte[] secret, byte[] seed, int length)
    {
        var output = new List<byte>();
        byte[] a = seed;
        while (output.Count < length)
        {
            a = HMACSHA256.HashData(secret, a);
            output.AddRange(HMACSHA256.HashData(secret, (byte[])[.. a, .. seed]));
        }

        return [.. output.Take(length)];
    }
}
