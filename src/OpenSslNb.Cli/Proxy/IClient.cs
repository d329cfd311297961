using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace OpenSslNb.Cli.Proxy;

/// <summary>A client as the pair needs it: its side, and what a PROXY header says of it.</summary>
internal interface IClient
{
    ISide Side { get; }

    /// <summary>It is known where to go: from here on the client may take its time.</summary>
    void EndBeginning();

    /// <summary>The header for the target; null where none is sent.</summary>
    /// <param name="version">Null where none is sent.</param>
    /// <param name="name">The name that was seen in a ClientHello that is passed on.</param>
    ProxyHeader? DescribeFor(ProxyProtocolVersion? version, string? name);
}

/// <summary>A client with TLS, which ends here.</summary>
internal sealed class TlsClient(TlsConnection connection, ConnectionLog? log) : IClient
{
    public TlsClientSide TlsSide { get; } = new(connection, log);

    public ISide Side => TlsSide;

    public void EndBeginning()
    {
        // The engine knows by itself when the handshake has ended.
    }

    public ProxyHeader? DescribeFor(ProxyProtocolVersion? version, string? name)
    {
        if (version is null) return null;
        TlsConnectionInfo info = connection.Info!;
        return ClientHeader.Make(version, connection.ProxyHeader, connection.RemoteEndPoint, connection.LocalEndPoint, info.ServerName, info.ApplicationProtocol, ClientHeader.TlsFacts(info));
    }
}

/// <summary>A client without TLS, or with one that is none of our business.</summary>
internal sealed class PlainClient(PlainSide side, IPEndPoint? remote, IPEndPoint? local) : IClient
{
    public ISide Side => side;

    public void EndBeginning() => side.EndBeginning();

    public ProxyHeader? DescribeFor(ProxyProtocolVersion? version, string? name) => ClientHeader.Make(version, side.ProxyHeader, remote, local, name, null, null);
}

/// <summary>Makes the header that goes to the target.</summary>
internal static class ClientHeader
{
    private const byte ClientTls = 1;
    private const byte ClientCertificate = 2 | 4;
    private const byte Version = 0x21;
    private const byte Cipher = 0x23;

    /// <summary>What a proxy in front has said stands before what we see ourselves.</summary>
    public static ProxyHeader? Make(ProxyProtocolVersion? version, ProxyHeader? received, IPEndPoint? remote, IPEndPoint? local, string? authority, string? protocol, byte[]? tlsFacts)
    {
        if (version is not { } form) return null;
        IPEndPoint? source = received?.Source ?? remote;
        IPEndPoint? destination = received?.Destination ?? local;
        if (source is null || destination is null) return new ProxyHeader(form) { IsLocal = true };
        var tlvs = new List<ProxyTlv>();
        if (form == ProxyProtocolVersion.Version2)
        {
            if (protocol is not null) tlvs.Add(new ProxyTlv(ProxyTlv.ApplicationProtocol, Encoding.UTF8.GetBytes(protocol)));
            if (authority is not null) tlvs.Add(new ProxyTlv(ProxyTlv.Authority, Encoding.UTF8.GetBytes(authority)));
            if (received?.UniqueId is { } id) tlvs.Add(new ProxyTlv(ProxyTlv.UniqueId, id));
            if (tlsFacts is not null) tlvs.Add(new ProxyTlv(ProxyTlv.Tls, tlsFacts));
        }

        return ProxyHeader.Proxied(source, destination, form, tlvs);
    }

    /// <summary>The value of <see cref="ProxyTlv.Tls"/> (proxy-protocol.txt §2.2.6).</summary>
    public static byte[] TlsFacts(TlsConnectionInfo info)
    {
        bool hasCertificate = info.PeerSubject is not null;
        bool isVerified = hasCertificate && info.VerificationError is null;
        byte[] verify = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(verify, isVerified ? 0u : 1u);
        return [(byte)(ClientTls | (hasCertificate ? ClientCertificate : 0)), .. verify, .. Value(Version, info.Protocol == TlsProtocol.Tls13 ? "TLSv1.3" : "TLSv1.2"), .. Value(Cipher, info.CipherSuite)];
    }

    private static byte[] Value(byte type, string text) => [type, (byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
