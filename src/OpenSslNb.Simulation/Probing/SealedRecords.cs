using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.Simulation.Probing;

/// <summary>
/// Protects records for the peer with the keys of our own connection (RFC 8446 §5.2, §7.3), so that a probe can say inside the encryption what OpenSSL never would. For TLS_AES_128_GCM_SHA256, which all have to know (§9.1).
/// </summary>
internal sealed class SealedRecords
{
    /// <summary>The only suite that this knows.</summary>
    public const string Suite = "TLS_AES_128_GCM_SHA256";

    /// <summary>Label of the key log for our handshake messages.</summary>
    public const string HandshakeSecret = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";

    /// <summary>Label of the key log for all after them.</summary>
    public const string ApplicationSecret = "CLIENT_TRAFFIC_SECRET_0";

    /// <summary>Payload of a record with Finished: header, hash, inner type, tag.</summary>
    public const int FinishedLength = 4 + 32 + 1 + TagLength;

    private const int TagLength = 16;
    private const int KeyLength = 16;
    private const int NonceLength = 12;

    private readonly ConcurrentDictionary<string, byte[]> _secrets = new();
    private readonly Dictionary<string, ulong> _sequences = [];

    /// <summary>A line of the key log: label, client random, secret.</summary>
    public void Learn(string line)
    {
        if (line.Split(' ') is [var label, _, var secret]) _secrets[label] = Convert.FromHexString(secret);
    }

    /// <summary>A new connection: its records are counted anew.</summary>
    public void Begin() => _sequences.Clear();

    /// <summary>A record of these keys went out that somebody else has made.</summary>
    public void Skip(string label) => _sequences[label] = _sequences.GetValueOrDefault(label) + 1;

    /// <summary>The next record of these keys.</summary>
    /// <param name="label">Whose keys.</param>
    /// <param name="type">The inner content type; null leaves it out, so that nothing but zeros is inside.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="padding">Zeros behind it.</param>
    public TlsRecord Seal(string label, byte? type, ReadOnlySpan<byte> content, int padding)
    {
        if (!_secrets.TryGetValue(label, out byte[]? secret)) throw new ProbeException($"no {label} is known: the handshake was not one of TLS 1.3");
        byte[] inner = [.. content, .. type is { } known ? [known] : ReadOnlySpan<byte>.Empty, .. new byte[padding]];
        ulong sequence = _sequences.GetValueOrDefault(label);
        Skip(label);
        byte[] nonce = Expand(secret, "iv", NonceLength);
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(counter, sequence);
        for (int i = 0; i < counter.Length; i++) nonce[NonceLength - 8 + i] ^= counter[i];
        byte[] payload = new byte[inner.Length + TagLength];
        byte[] header = new TlsRecord(TlsRecord.ApplicationData, payload).ToBytes()[..TlsRecord.HeaderLength];
        using var cipher = new AesGcm(Expand(secret, "key", KeyLength), TagLength);
        cipher.Encrypt(nonce, inner, payload.AsSpan(0, inner.Length), payload.AsSpan(inner.Length), header);
        return new TlsRecord(TlsRecord.ApplicationData, payload);
    }

    // HKDF-Expand-Label of RFC 8446 §7.1, without a context.
    private static byte[] Expand(byte[] secret, string label, int length)
    {
        byte[] full = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"tls13 {label}"));
        byte[] info = [(byte)(length >> 8), (byte)length, .. RawExtension.Vector(1, full), 0];
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
    }
}
