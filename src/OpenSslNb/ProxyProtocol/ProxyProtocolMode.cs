namespace OpenSslNb;

/// <summary>Whether a listener expects a PROXY header in front of TLS.</summary>
public enum ProxyProtocolMode
{
    /// <summary>TLS begins with the first byte. A PROXY header is a protocol error then.</summary>
    None = 0,

    /// <summary>Each connection must begin with a header, of version 1 or 2: one without is ended. Never guessed, since whoever may leave the header out may also make one up.</summary>
    Required,
}

/// <summary>The form of a PROXY header.</summary>
public enum ProxyProtocolVersion
{
    /// <summary>A line of text: two IP addresses and two ports.</summary>
    Version1 = 1,

    /// <summary>Binary, with room for more: see <see cref="ProxyHeader.Tlvs"/>.</summary>
    Version2 = 2,
}

/// <summary>What the proxied connection runs over.</summary>
public enum ProxyTransport
{
    /// <summary>Not told.</summary>
    Unspecified = 0,

    /// <summary>TCP, or a stream socket of the UNIX domain.</summary>
    Stream,

    /// <summary>UDP, or a datagram socket of the UNIX domain.</summary>
    Datagram,
}
