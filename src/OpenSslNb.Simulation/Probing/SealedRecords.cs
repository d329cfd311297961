using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.Simulation.Probing;

/// <summary>Whose keys: a line of the key log begins with these.</summary>
/// <param name="Label">Which secret of the connection.</param>
/// <param name="ClientRandom">Which connection; in hexadecimal.</param>
internal readonly record struct SecretName(string Label, string ClientRandom);

/// <summary>
/// Protects records for the peer with the keys of our own connections (RFC 8446 §5.2, §7.3), so that a probe can say inside the encryption what OpenSSL never would.
/// </summary>
internal sealed class SealedRecords
{
    /// <summary>Label of the key log for our handshake messages.</summary>
    public const string HandshakeSecret = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";

    /// <summary>Label of the key log for all after them.</summary>
    public const string ApplicationSecret = "CLIENT_TRAFFIC_SECRET_0";

    private const int NonceLength = 12;

    private readonly ConcurrentDictionary<SecretName, byte[]> _secrets = new();
    private readonly Dictionary<SecretName, ulong> _sequences = [];

    /// <summary>A line of the key log: label, client random, secret.</summary>
    public void Learn(string line)
    {
        if (line.Split(' ') is [var label, var random, var secret]) _secrets[new SecretName(label, random.ToUpperInvariant())] = Convert.FromHexString(secret);
    }

    /// <summary>A record of these keys went out that somebody else has made.</summary>
    public void Skip(SecretName name) => _sequences[name] = _sequences.GetValueOrDefault(name) + 1;

    /// <summary>The next record of these keys.</summary>
    /// <param name="name">Whose keys.</param>
    /// <param name="suite">What the connection has agreed on.</param>
    /// <param name="type">The inner content type; null leaves it out, so that nothing but zeros is inside.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="padding">Zeros behind it.</param>
    public TlsRecord Seal(SecretName name, SealingSuite suite, byte? type, ReadOnlySpan<byte> content, int padding)
    {
        TlsRecord record = SealAt(_sequences.GetValueOrDefault(name), name, suite, type, content, padding);
        Skip(name);
        return record;
    }

    /// <summary>The record of these keys that has this number.</summary>
    public TlsRecord SealAt(ulong sequence, SecretName name, SealingSuite suite, byte? type, ReadOnlySpan<byte> content, int padding)
    {
        if (!_secrets.TryGetValue(name, out byte[]? secret)) throw new ProbeException($"no {name.Label} is known: the handshake was not one of TLS 1.3");
        byte[] inner = [.. content, .. type is { } known ? [known] : ReadOnlySpan<byte>.Empty, .. new byte[padding]];
        byte[] nonce = Expand(suite, secret, "iv", NonceLength);
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(counter, sequence);
        for (int i = 0; i < counter.Length; i++) nonce[NonceLength - 8 + i] ^= counter[i];
        byte[] payload = new byte[inner.Length + SealingSuite.TagLength];
        byte[] header = new TlsRecord(TlsRecord.ApplicationData, payload).ToBytes()[..TlsRecord.HeaderLength];
        suite.Encrypt(Expand(suite, secret, "key", suite.KeyLength), nonce, inner, payload.AsSpan(0, inner.Length), payload.AsSpan(inner.Length), header);
        return new TlsRecord(TlsRecord.ApplicationData, payload);
    }

    // HKDF-Expand-Label of RFC 8446 §7.1, without a context.
    private static byte[] Expand(SealingSuite suite, byte[] secret, string label, int length)
    {
        byte[] full = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"tls13 {label}"));
        byte[] info = [(byte)(length >> 8), (byte)length, .. RawExtension.Vector(1, full), 0];
        return HKDF.Expand(suite.Hash, secret, length, info);
    }
}
