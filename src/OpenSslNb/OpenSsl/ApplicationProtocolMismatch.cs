namespace OpenSslNb;

/// <summary>What a server does when it has none of the application protocols that a client offers (ALPN, RFC 7301 §3.2).</summary>
public enum ApplicationProtocolMismatch
{
    /// <summary>Refuses the client with <c>no_application_protocol</c>, as the RFC says: two sides that do not speak the same protocol have nothing to say, and attackers cannot use one protocol's server for another's (ALPACA).</summary>
    Refuse = 0,

    /// <summary>Goes on as if the client had offered none.</summary>
    Ignore,
}
