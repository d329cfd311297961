namespace OpenSslNb;

/// <summary>What ties an authentication inside a connection to the connection itself, so that nobody in between can pass it on (RFC 5056).</summary>
public enum TlsChannelBinding
{
    /// <summary><c>tls-exporter</c> (RFC 9266): for TLS 1.3, and for TLS 1.2 with the extended master secret.</summary>
    Exporter = 0,

    /// <summary><c>tls-unique</c> (RFC 5929 §3): the first Finished message. TLS 1.2 only.</summary>
    Unique,

    /// <summary><c>tls-server-end-point</c> (RFC 5929 §4): a hash of the server's certificate.</summary>
    ServerEndPoint,
}
