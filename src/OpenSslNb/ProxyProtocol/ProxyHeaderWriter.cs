using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.ProxyProtocol;

/// <summary>What may be written, and in which form.</summary>
internal static class ProxyHeaderWriter
{
    private const int ChecksumLength = BinaryHeader.TlvHeaderLength + sizeof(uint);

    /// <summary>Both addresses of one family, without what has no place in a header.</summary>
    public static (IPEndPoint Source, IPEndPoint Destination) OfOneFamily(IPEndPoint source, IPEndPoint destination)
    {
        IPAddress from = Plain(source.Address);
        IPAddress to = Plain(destination.Address);
        if (from.AddressFamily != to.AddressFamily) (from, to) = (from.MapToIPv6(), to.MapToIPv6());
        return (new IPEndPoint(from, source.Port), new IPEndPoint(to, destination.Port));
    }

    /// <exception cref="ArgumentException">It cannot be written.</exception>
    public static void Require(ProxyHeader header)
    {
        if (header.Version == ProxyProtocolVersion.Version1 && header.Tlvs.Count > 0) throw new ArgumentException("version 1 has addresses and nothing else", nameof(header));
        if (header.Tlvs.Any(tlv => tlv.Type == ProxyTlv.Checksum)) throw new ArgumentException("a checksum is made when the header is written", nameof(header));
        if (header.UniqueId?.Length > 128) throw new ArgumentException("a unique identifier has at most 128 bytes", nameof(header));
        if (header.Tlvs.Sum(tlv => (long)tlv.Value.Length) > ProxyHeader.MaximumLength || BinaryHeader.Write(header, withChecksum: false).Length + ChecksumLength > ProxyHeader.MaximumLength)
        {
            throw new ArgumentException($"a header has at most {ProxyHeader.MaximumLength} bytes", nameof(header));
        }
    }

    public static byte[] Write(ProxyHeader header, bool withChecksum)
    {
        if (header.SourcePath is not null || header.DestinationPath is not null) throw new InvalidOperationException("addresses of the UNIX domain can be read only");
        return header.Version == ProxyProtocolVersion.Version1 ? TextHeader.Write(header) : BinaryHeader.Write(header, withChecksum);
    }

    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
    }
}
