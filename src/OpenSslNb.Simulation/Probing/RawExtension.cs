using System.Buffers.Binary;
using System.Text;

namespace OpenSslNb.Simulation.Probing;

/// <summary>An extension of a <see cref="RawClientHello"/> (RFC 8446 §4.2). Nothing is checked.</summary>
/// <param name="Type">ExtensionType.</param>
/// <param name="Body">What follows its length.</param>
public sealed record RawExtension(ushort Type, ReadOnlyMemory<byte> Body)
{
    /// <summary>server_name (RFC 6066 §3).</summary>
    public static RawExtension ServerName(string name)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(name);
        return new(0, Vector(2, [0, .. Vector(2, bytes)]));
    }

    /// <summary>max_fragment_length (RFC 6066 §4).</summary>
    public static RawExtension MaximumFragmentLength(byte code) => new(1, new[] { code });

    /// <summary>supported_groups (RFC 8446 §4.2.7).</summary>
    public static RawExtension Groups(params ushort[] groups) => new(10, Vector(2, Numbers(groups)));

    /// <summary>ec_point_formats (RFC 8422 §5.1.2): uncompressed.</summary>
    public static RawExtension PointFormats { get; } = new(11, new byte[] { 1, 0 });

    /// <summary>signature_algorithms (RFC 8446 §4.2.3).</summary>
    public static RawExtension SignatureAlgorithms(params ushort[] algorithms) => new(13, Vector(2, Numbers(algorithms)));

    /// <summary>application_layer_protocol_negotiation (RFC 7301 §3.1).</summary>
    public static RawExtension ApplicationProtocols(params string[] names) => new(16, Vector(2, [.. names.SelectMany(name => Vector(1, Encoding.ASCII.GetBytes(name)))]));

    /// <summary>record_size_limit (RFC 8449 §4).</summary>
    public static RawExtension RecordSizeLimit(ushort limit) => new(28, Numbers(limit));

    /// <summary>session_ticket (RFC 5077 §3.2).</summary>
    public static RawExtension SessionTicket(ReadOnlyMemory<byte> ticket) => new(35, ticket);

    /// <summary>supported_versions (RFC 8446 §4.2.1).</summary>
    public static RawExtension Versions(params ushort[] versions) => new(43, Vector(1, Numbers(versions)));

    /// <summary>psk_key_exchange_modes (RFC 8446 §4.2.9): with (EC)DHE.</summary>
    public static RawExtension PskModes { get; } = new(45, new byte[] { 1, 1 });

    /// <summary>key_share (RFC 8446 §4.2.8).</summary>
    public static RawExtension KeyShare(params (ushort Group, byte[] Key)[] shares) => new(51, Vector(2, [.. shares.SelectMany(share => (byte[])[.. Numbers(share.Group), .. Vector(2, share.Key)])]));

    /// <summary>pre_shared_key with one identity (RFC 8446 §4.2.11).</summary>
    public static RawExtension PreSharedKey(byte[] identity, byte[] binder) => new(41, (byte[])[.. Vector(2, [.. Vector(2, identity), 0, 0, 0, 0]), .. Vector(2, Vector(1, binder))]);

    /// <summary>renegotiation_info (RFC 5746 §3.2).</summary>
    public static RawExtension RenegotiationInfo(params byte[] verifyData) => new(0xFF01, Vector(1, verifyData));

    internal byte[] ToBytes() => [.. Numbers(Type), .. Vector(2, Body.Span)];

    internal static byte[] Numbers(params ReadOnlySpan<ushort> numbers)
    {
        byte[] bytes = new byte[2 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), numbers[i]);
        return bytes;
    }

    /// <summary>The bytes with their length in front, in one, two or three bytes.</summary>
    internal static byte[] Vector(int lengthBytes, ReadOnlySpan<byte> content)
    {
        byte[] bytes = new byte[lengthBytes + content.Length];
        for (int i = 0; i < lengthBytes; i++) bytes[i] = (byte)(content.Length >> (8 * (lengthBytes - 1 - i)));
        content.CopyTo(bytes.AsSpan(lengthBytes));
        return bytes;
    }
}
