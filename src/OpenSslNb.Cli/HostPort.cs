using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Cli;

/// <summary>A name or an address, and a port.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    public const string Expected = "HOST:PORT, for example 127.0.0.1:8443 or [::1]:8443";

    /// <summary>Reads <c>HOST:PORT</c> or <c>[V6]:PORT</c>. Without brackets nobody could tell where an IPv6 address ends.</summary>
    public static bool TryParse(string text, out HostPort value)
    {
        value = default;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return false;
        string host = text[..colon];
        bool inBrackets = host.StartsWith('[') && host.EndsWith(']');
        if (inBrackets) host = host[1..^1];
        if (inBrackets ? !host.Contains(':') || !IPAddress.TryParse(host, out _) : host.AsSpan().ContainsAny(":[] ")) return false;
        value = new HostPort(host, port);
        return true;
    }

    /// <summary>The address of the name.</summary>
    /// <param name="option">Whose value this is, for the message.</param>
    /// <exception cref="IOException">The name has no address.</exception>
    public async Task<IPEndPoint> ResolveAsync(string option)
    {
        if (IPAddress.TryParse(Host, out IPAddress? address)) return new IPEndPoint(address, Port);
        try
        {
            return new IPEndPoint((await Dns.GetHostAddressesAsync(Host))[0], Port);
        }
        catch (SocketException e)
        {
            throw new IOException($"the name '{Host}' of {option} could not be resolved: {e.Message}", e);
        }
    }
}
