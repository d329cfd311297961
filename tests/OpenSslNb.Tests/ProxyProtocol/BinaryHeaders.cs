using System.Buffers.Binary;

namespace OpenSslNb.Tests.ProxyProtocol;

/// <summary>Version 2 headers put together by hand, right and wrong ones.</summary>
internal static class BinaryHeaders
{
    public const byte LocalCommand = 0x20;
    public const byte ProxyCommand = 0x21;

    public static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>192.0.2.7:51000 to 198.51.100.9:443.</summary>
    public static readonly byte[] IPv4Addresses = [192, 0, 2, 7, 198, 51, 100, 9, 0xC7, 0x38, 0x01, 0xBB];

    /// <param name="command">Version and command.</param>
    /// <param name="family">Family and protocol.</param>
    /// <param name="body">Addresses and values.</param>
    /// <param name="length">What is said of its length; the truth unless given.</param>
    public static byte[] Make(byte command, byte family, byte[] body, int? length = null)
    {
        byte[] fixedPart = [.. Signature, command, family, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart.AsSpan(14), (ushort)(length ?? body.Length));
        return [.. fixedPart, .. body];
    }

    public static byte[] Tlv(byte type, params byte[] value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];
}
