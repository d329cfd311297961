namespace OpenSslNb;

/// <summary>Versions of the protocol that the engine speaks. The values are those of the wire.</summary>
public enum TlsProtocol
{
    /// <summary>The library's own default (or what its configuration file says).</summary>
    Default = 0,

    /// <summary>TLS 1.2 (RFC 5246).</summary>
    Tls12 = 0x0303,

    /// <summary>TLS 1.3 (RFC 8446).</summary>
    Tls13 = 0x0304,
}
