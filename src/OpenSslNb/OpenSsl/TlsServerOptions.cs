namespace OpenSslNb;

/// <summary>How a server's connections are made.</summary>
public sealed record TlsServerOptions : TlsOptions
{
    /// <summary>Ask clients for a certificate that leads to these authorities; null to ask for none (<c>SSL_CTX_set_verify(3)</c>).</summary>
    public TlsTrust? ClientTrust { get; init; }

    /// <summary>With <see cref="ClientTrust"/>, also let clients in that have no certificate. One that is sent has to be good all the same. <see cref="TlsConnectionInfo.PeerSubject"/> tells them apart.</summary>
    public bool ClientCertificateIsOptional { get; init; }

    /// <summary>
    /// Other certificates for clients that ask for these names (SNI, RFC 6066 §3): an exact name, or <c>*.example.org</c> for all names with one label more. The exact one goes first. Names are compared without regard to case, in their
    /// ASCII form. Clients that ask for no name get <see cref="TlsOptions.Certificate"/>.
    /// </summary>
    public IReadOnlyDictionary<string, TlsCertificate> NamedCertificates { get; init; } = new Dictionary<string, TlsCertificate>();

    /// <summary>What clients get that ask for a name which is not among <see cref="NamedCertificates"/>.</summary>
    public UnknownServerName UnknownServerName { get; init; }

    /// <summary>
    /// Session tickets that a TLS 1.3 handshake sends (<c>SSL_CTX_set_num_tickets(3)</c>, RFC 8446 §4.6.1). 1 unless told otherwise, where OpenSSL's own default is 2: each costs the server as much as a tenth of
    /// a handshake. Clients that resume several connections at a time want more; 0 sends none.
    /// </summary>
    public int SessionTicketCount { get; init; } = 1;

    /// <summary>Session tickets (RFC 5077, RFC 8446 §4.6.1) of that context are good for this one too, and the other way round: for servers with one context per loop. Null for keys of its own.</summary>
    public TlsContext? TicketKeysOf { get; init; }
}
