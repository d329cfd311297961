namespace OpenSslNb;

/// <summary>Something that a version 2 header says beyond addresses (proxy-protocol.txt §2.2).</summary>
/// <param name="Type">One of the constants below, or another; 0xE0 to 0xEF are for applications.</param>
/// <param name="Value">As it came.</param>
public readonly record struct ProxyTlv(byte Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>The application protocol, as in ALPN (RFC 7301).</summary>
    public const byte ApplicationProtocol = 0x01;

    /// <summary>The host name that the client asked for, UTF-8.</summary>
    public const byte Authority = 0x02;

    /// <summary>CRC32c of the whole header. Checked when a header is read, and not among its <see cref="ProxyHeader.Tlvs"/>.</summary>
    public const byte Checksum = 0x03;

    /// <summary>Padding, to be ignored; not among the <see cref="ProxyHeader.Tlvs"/> either.</summary>
    public const byte NoOperation = 0x04;

    /// <summary>Up to 128 bytes that the proxy has given the connection for a name.</summary>
    public const byte UniqueId = 0x05;

    /// <summary>What the proxy knows of the client's TLS: flags, the result of verification, and values of their own inside.</summary>
    public const byte Tls = 0x20;

    /// <summary>Name of a network namespace.</summary>
    public const byte NetworkNamespace = 0x30;
}
