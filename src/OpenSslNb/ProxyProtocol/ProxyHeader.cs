using System.Net;
using System.Text;
using OpenSslNb.ProxyProtocol;

namespace OpenSslNb;

/// <summary>What a proxy says of the connection that it passes on, in front of everything else (HAProxy's PROXY protocol, proxy-protocol.txt, versions 1 and 2). Immutable.</summary>
/// <remarks>Nothing of it is proven: it is worth as much as the proxy that sent it. Take it from peers only that nobody else can pass himself off as.</remarks>
public sealed class ProxyHeader
{
    /// <summary>Most bytes of a header that are accepted, addresses, values and all. What proxies send is some hundreds; a client's certificate may be among it.</summary>
    public const int MaximumLength = 16 * 1024;

    internal ProxyHeader(ProxyProtocolVersion version) => Version = version;

    /// <summary>A header that says nothing but that the proxy itself is who connects (LOCAL), as for a health check. Version 2.</summary>
    public static ProxyHeader Local { get; } = new(ProxyProtocolVersion.Version2) { IsLocal = true };

    /// <summary>The form it came in, or goes out in.</summary>
    public ProxyProtocolVersion Version { get; }

    /// <summary>True when the proxy connects on its own account, or does not say for whom (LOCAL of version 2, UNKNOWN of version 1): the connection's own addresses are the true ones.</summary>
    public bool IsLocal { get; internal init; }

    /// <summary>What the client's connection runs over.</summary>
    public ProxyTransport Transport { get; internal init; }

    /// <summary>Where the client is; null when it is not told, or is no IP address.</summary>
    public IPEndPoint? Source { get; internal init; }

    /// <summary>Where the client connected to; null when it is not told, or is no IP address.</summary>
    public IPEndPoint? Destination { get; internal init; }

    /// <summary>The client's socket in the UNIX domain; null when it is none.</summary>
    public string? SourcePath { get; internal init; }

    /// <summary>The socket in the UNIX domain that the client connected to; null when it is none.</summary>
    public string? DestinationPath { get; internal init; }

    /// <summary>Everything else that was told, in order. Version 2 only.</summary>
    public IReadOnlyList<ProxyTlv> Tlvs { get; internal init; } = [];

    /// <summary>The host name that the client asked for; null when it is not told.</summary>
    public string? Authority => Text(ProxyTlv.Authority);

    /// <summary>The application protocol that the client speaks; null when it is not told.</summary>
    public string? ApplicationProtocol => Text(ProxyTlv.ApplicationProtocol);

    /// <summary>The connection's name among proxies; null when it has none.</summary>
    public ReadOnlyMemory<byte>? UniqueId => Find(ProxyTlv.UniqueId);

    /// <summary>Makes a header for a TCP connection that is passed on.</summary>
    /// <param name="source">Where the client is.</param>
    /// <param name="destination">Where it connected to. If one of the two is of IPv4 and the other of IPv6, both are written as of IPv6.</param>
    /// <param name="version">The form.</param>
    /// <param name="tlvs">For version 2. <see cref="ProxyTlv.Checksum"/> is <see cref="ToBytes"/>'s own affair.</param>
    /// <exception cref="ArgumentException">Version 1 has no values; a checksum was given, a unique identifier is too long, or all of it is longer than <see cref="MaximumLength"/>.</exception>
    public static ProxyHeader Proxied(IPEndPoint source, IPEndPoint destination, ProxyProtocolVersion version = ProxyProtocolVersion.Version2, params IReadOnlyList<ProxyTlv> tlvs)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(tlvs);
        if (!Enum.IsDefined(version)) throw new ArgumentOutOfRangeException(nameof(version));
        (source, destination) = ProxyHeaderWriter.OfOneFamily(source, destination);
        var header = new ProxyHeader(version) { Transport = ProxyTransport.Stream, Source = source, Destination = destination, Tlvs = [.. tlvs] };
        ProxyHeaderWriter.Require(header);
        return header;
    }

    /// <summary>Reads a header of which all bytes are there, and no other.</summary>
    /// <exception cref="ProxyHeaderException">It is none.</exception>
    public static ProxyHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProxyHeaderReader();
        int taken = reader.Take(bytes);
        if (reader.Header is null) throw new ProxyHeaderException("it is not complete");
        return taken == bytes.Length ? reader.Header : throw new ProxyHeaderException($"{bytes.Length - taken} bytes stand behind it");
    }

    /// <summary>The header as it is sent.</summary>
    /// <param name="withChecksum">Adds a CRC32c, which the receiver checks if it can. Version 2 only; no effect on <see cref="Local"/>, which has no room for it.</param>
    /// <exception cref="InvalidOperationException">It has addresses of the UNIX domain: those can be read only.</exception>
    public byte[] ToBytes(bool withChecksum = false) => ProxyHeaderWriter.Write(this, withChecksum);

    /// <summary>The first value of a type; null when there is none.</summary>
    public ReadOnlyMemory<byte>? Find(byte type)
    {
        foreach (ProxyTlv tlv in Tlvs)
        {
            if (tlv.Type == type) return tlv.Value;
        }

        return null;
    }

    /// <summary>One line for people.</summary>
    public override string ToString() => IsLocal ? "the proxy itself" : $"{Source?.ToString() ?? SourcePath ?? "unknown"} to {Destination?.ToString() ?? DestinationPath ?? "unknown"}";

    private string? Text(byte type) => Find(type) is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}
