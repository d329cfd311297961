using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace OpenSslNb.Transport;

/// <summary>A socket's address as the kernel gives it (<c>sockaddr_in</c> or <c>sockaddr_in6</c>): a value, until somebody wants an object of it.</summary>
internal struct SocketName
{
    /// <summary>Bytes of a <c>sockaddr_in6</c>, the larger of the two.</summary>
    public const int Capacity = 28;

    private Bytes _bytes;

    /// <summary>Bytes that are used; 0 for no address.</summary>
    public uint Length { get; set; }

    /// <summary>Where the kernel writes.</summary>
    [UnscopedRef]
    public Span<byte> Buffer => _bytes;

    /// <summary>The address as an object, a new one each time; null when there is none, and for sockets that are not of the Internet.</summary>
    public readonly IPEndPoint? ToEndPoint()
    {
        if (Length is 0 or > Capacity) return null;
        var address = new SocketAddress(AddressFamily.InterNetworkV6) { Size = (int)Length };
        ReadOnlySpan<byte> bytes = _bytes;
        bytes[..(int)Length].CopyTo(address.Buffer.Span);
        if (address.Family is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)) return null;
        return (IPEndPoint)new IPEndPoint(address.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Create(address);
    }

    [InlineArray(Capacity)]
    private struct Bytes
    {
        private byte _first;
    }
}
