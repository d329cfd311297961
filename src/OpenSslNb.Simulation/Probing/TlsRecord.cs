using System.Buffers.Binary;

namespace OpenSslNb.Simulation.Probing;

/// <summary>A record as it is on the wire (RFC 8446 §5.1). Nothing is checked: a probe may well want one that must not be.</summary>
/// <param name="Type">ContentType.</param>
/// <param name="Payload">What follows the header.</param>
/// <param name="Version">What the header claims; 0x0303 unless told otherwise.</param>
public sealed record TlsRecord(byte Type, ReadOnlyMemory<byte> Payload, ushort Version = TlsRecord.Tls12)
{
    /// <summary>ContentType of change_cipher_spec.</summary>
    public const byte ChangeCipherSpec = 20;

    /// <summary>ContentType of alerts.</summary>
    public const byte Alert = 21;

    /// <summary>ContentType of handshake messages.</summary>
    public const byte Handshake = 22;

    /// <summary>ContentType of application data, and of all that TLS 1.3 encrypts.</summary>
    public const byte ApplicationData = 23;

    internal const int HeaderLength = 5;

    /// <summary>Bytes of plain text that a record may hold (RFC 8446 §5.1).</summary>
    internal const int MostPlaintext = 16 * 1024;
    internal const ushort Tls12 = 0x0303;

    /// <summary>Header and payload.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderLength + Payload.Length];
        bytes[0] = Type;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), Version);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(3), checked((ushort)Payload.Length));
        Payload.Span.CopyTo(bytes.AsSpan(HeaderLength));
        return bytes;
    }

    /// <summary>Takes the first record off the bytes.</summary>
    /// <returns>Null while it is not whole.</returns>
    internal static TlsRecord? Take(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength) return null;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (bytes.Length < HeaderLength + length) return null;
        var record = new TlsRecord(bytes[0], bytes.Slice(HeaderLength, length).ToArray(), BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]));
        bytes = bytes[(HeaderLength + length)..];
        return record;
    }
}
