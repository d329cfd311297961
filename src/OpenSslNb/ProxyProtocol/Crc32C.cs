using System.Numerics;

namespace OpenSslNb.ProxyProtocol;

/// <summary>CRC32c (RFC 4960 appendix B).</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
