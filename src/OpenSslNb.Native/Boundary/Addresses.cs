using System.Net;
using System.Text;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Boundary;

/// <summary>Addresses as text and a port.</summary>
internal static unsafe class Addresses
{
    /// <summary>Either may be null when nobody wants it.</summary>
    public static void Write(IPEndPoint? endPoint, byte* address, int* port)
    {
        if (endPoint is null) throw Refusal.State("there is no such address");
        if (address != null) WriteText(endPoint, address);
        if (port != null) *port = endPoint.Port;
    }

    public static NativeProxy Of(ProxyHeader header)
    {
        NativeProxy proxy = default;
        proxy.Version = (int)header.Version;
        proxy.IsLocal = header.IsLocal ? 1 : 0;
        if (header.Source is { } source)
        {
            WriteText(source, proxy.Source);
            proxy.SourcePort = source.Port;
        }

        if (header.Destination is { } destination)
        {
            WriteText(destination, proxy.Destination);
            proxy.DestinationPort = destination.Port;
        }

        return proxy;
    }

    // An IPv6 address with its scope has fewer characters than there is room for.
    private static void WriteText(IPEndPoint endPoint, byte* address)
    {
        IPAddress shown = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        int length = Encoding.ASCII.GetBytes(shown.ToString(), new Span<byte>(address, NativeProxy.AddressSize - 1));
        address[length] = 0;
    }
}
