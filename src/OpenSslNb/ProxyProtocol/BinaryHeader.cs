using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace OpenSslNb.ProxyProtocol;

/// <summary>Version 2: sixteen bytes, addresses, and values with type and length in front (proxy-protocol.txt §2.2).</summary>
internal static class BinaryHeader
{
    /// <summary>Bytes up to the addresses.</summary>
    public const int FixedLength = 16;

    /// <summary>Type and length of a value.</summary>
    public const int TlvHeaderLength = 3;

    private const int CommandOffset = 12;
    private const int FamilyOffset = 13;
    private const int LengthOffset = 14;
    private const int VersionBits = 0x20;
    private const int ProxyCommand = 1;
    private const int InternetFamily = 1;
    private const int InternetFamily6 = 2;
    private const int UnixFamily = 3;
    private const int UnixPathLength = 108;
    private const int LongestUniqueId = 128;

    /// <summary>What every header begins with.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Bytes behind the fixed part.</summary>
    public static int LengthOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[LengthOffset..]);

    /// <summary>True when all bytes are there.</summary>
    /// <exception cref="ProxyHeaderException">Whatever follows, they become no header.</exception>
    public static bool IsComplete(ReadOnlySpan<byte> bytes)
    {
        int compared = Math.Min(bytes.Length, Signature.Length);
        if (!bytes[..compared].SequenceEqual(Signature[..compared])) throw new ProxyHeaderException("it begins like neither version");
        if (bytes.Length > CommandOffset && bytes[CommandOffset] is not (VersionBits or (VersionBits | ProxyCommand))) throw new ProxyHeaderException("the version is not 2, or the command neither LOCAL nor PROXY");
        if (bytes.Length < FixedLength) return false;
        int length = LengthOf(bytes);
        if (FixedLength + length > ProxyHeader.MaximumLength) throw new ProxyHeaderException($"it is longer than {ProxyHeader.MaximumLength} bytes");
        if (!IsLocal(bytes) && length < AddressLength(bytes[FamilyOffset])) throw new ProxyHeaderException("it is shorter than its addresses");
        return bytes.Length == FixedLength + length;
    }

    /// <param name="header">Complete.</param>
    /// <exception cref="ProxyHeaderException">It is none.</exception>
    public static ProxyHeader Parse(ReadOnlyMemory<byte> header)
    {
        // What LOCAL says of addresses is to be ignored, whatever it is.
        if (IsLocal(header.Span)) return ProxyHeader.Local;
        byte family = header.Span[FamilyOffset];
        int addresses = AddressLength(family);
        ReadOnlySpan<byte> bytes = header.Span.Slice(FixedLength, addresses);
        return new ProxyHeader(ProxyProtocolVersion.Version2)
        {
            Transport = (ProxyTransport)(family & 0xF),
            Source = EndPoint(family, bytes, isDestination: false),
            Destination = EndPoint(family, bytes, isDestination: true),
            SourcePath = UnixPath(family, bytes, isDestination: false),
            DestinationPath = UnixPath(family, bytes, isDestination: true),
            Tlvs = Tlvs(header, FixedLength + addresses),
        };
    }

    public static byte[] Write(ProxyHeader header, bool withChecksum)
    {
        var bytes = new List<byte>(FixedLength);
        bytes.AddRange(Signature);
        bytes.AddRange([(byte)(VersionBits | (header.IsLocal ? 0 : ProxyCommand)), 0, 0, 0]);
        if (header is { IsLocal: false, Source: { } source, Destination: { } destination })
        {
            byte[] from = source.Address.GetAddressBytes();
            bytes[FamilyOffset] = (byte)(((from.Length == 4 ? InternetFamily : InternetFamily6) << 4) | (int)header.Transport);
            bytes.AddRange([.. from, .. destination.Address.GetAddressBytes(), (byte)(source.Port >> 8), (byte)source.Port, (byte)(destination.Port >> 8), (byte)destination.Port]);
        }

        foreach (ProxyTlv tlv in header.Tlvs) bytes.AddRange([tlv.Type, (byte)(tlv.Value.Length >> 8), (byte)tlv.Value.Length, .. tlv.Value.Span]);
        withChecksum &= !header.IsLocal;
        if (withChecksum) bytes.AddRange([ProxyTlv.Checksum, 0, sizeof(uint), 0, 0, 0, 0]);
        byte[] all = [.. bytes];
        BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(LengthOffset), (ushort)(all.Length - FixedLength));
        if (withChecksum) BinaryPrimitives.WriteUInt32BigEndian(all.AsSpan(all.Length - sizeof(uint)), Crc32C.Of(all));
        return all;
    }

    private static bool IsLocal(ReadOnlySpan<byte> header) => header[CommandOffset] == VersionBits;

    private static int AddressLength(byte family) => family switch
    {
        0x00 => 0,
        0x11 or 0x12 => 2 * (4 + sizeof(ushort)),
        0x21 or 0x22 => 2 * (16 + sizeof(ushort)),
        0x31 or 0x32 => 2 * UnixPathLength,
        _ => throw new ProxyHeaderException($"its family and protocol, 0x{family:x2}, are not assigned"),
    };

    private static IPEndPoint? EndPoint(byte family, ReadOnlySpan<byte> bytes, bool isDestination)
    {
        if (family >> 4 is not (InternetFamily or InternetFamily6)) return null;
        int length = (bytes.Length / 2) - sizeof(ushort);
        int index = isDestination ? 1 : 0;
        return new IPEndPoint(new IPAddress(bytes.Slice(index * length, length)), BinaryPrimitives.ReadUInt16BigEndian(bytes[((2 * length) + (index * sizeof(ushort)))..]));
    }

    private static string? UnixPath(byte family, ReadOnlySpan<byte> bytes, bool isDestination) =>
        family >> 4 == UnixFamily ? Encoding.UTF8.GetString(bytes.Slice(isDestination ? UnixPathLength : 0, UnixPathLength).TrimEnd((byte)0)) : null;

    private static List<ProxyTlv> Tlvs(ReadOnlyMemory<byte> header, int offset)
    {
        var tlvs = new List<ProxyTlv>();
        bool isChecked = false;
        while (offset < header.Length)
        {
            int left = header.Length - offset - TlvHeaderLength;
            int length = left < 0 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(header.Span[(offset + 1)..]);
            if (left < length) throw new ProxyHeaderException("a value ends behind the header");
            byte type = header.Span[offset];
            offset += TlvHeaderLength;
            ReadOnlyMemory<byte> value = header.Slice(offset, length);
            if (type == ProxyTlv.Checksum) Check(header.Span, offset, length, ref isChecked);
            else if (type != ProxyTlv.NoOperation) tlvs.Add(Known(new ProxyTlv(type, value)));
            offset += length;
        }

        return tlvs;
    }

    private static ProxyTlv Known(ProxyTlv tlv)
    {
        if (tlv is { Type: ProxyTlv.UniqueId, Value.Length: > LongestUniqueId }) throw new ProxyHeaderException($"a unique identifier is longer than {LongestUniqueId} bytes");
        return tlv;
    }

    private static void Check(ReadOnlySpan<byte> header, int offset, int length, ref bool isChecked)
    {
        if (length != sizeof(uint) || isChecked) throw new ProxyHeaderException("its checksum has not four bytes, or comes twice");
        isChecked = true;
        byte[] blank = header.ToArray();
        blank.AsSpan(offset, length).Clear();
        if (Crc32C.Of(blank) != BinaryPrimitives.ReadUInt32BigEndian(header[offset..])) throw new ProxyHeaderException("its checksum is wrong");
    }
}
