namespace OpenSslNb;

/// <summary>How a server's connections are made.</summary>
public sealed record TlsServerOptions : TlsOptions
{
    /// <summary>Ask clients for a certificate that leads to these authorities; null to ask for none (<c>SSL_CTX_set_verify(3)</c>).</summary>
    public TlsTrust? ClientTrust { get; init; }

    /// <summary>With <see cref="ClientTrust"/> or raw public keys (<see cref="TlsOptions.PeerCertificateTypes"/>), also let clients in that have none. One that is sent has to be good all the same. <see cref="TlsConnectionInfo.PeerCertificateType"/> tells them apart.</summary>
    public bool ClientCertificateIsOptional { get; init; }

    /// <summary>
    /// With <see cref="ClientTrust"/>, does not ask in the handshake but when <see cref="TlsConnection.RequestCertificateAsync"/> says so (TLS 1.3, RFC 8446 §4.6.2; <c>SSL_VERIFY_POST_HANDSHAKE</c>). Clients of TLS 1.2, which cannot be asked later, are asked in theirs.
    /// </summary>
    public bool ClientCertificateOnRequest { get; init; }

    /// <summary>
    /// Other certificates for clients that ask for these names (SNI, RFC 6066 §3): an exact name, or <c>*.example.org</c> for all names with one label more. The exact one goes first. Names are compared without regard to case, in their
    /// ASCII form. Clients that ask for no name get <see cref="TlsOptions.Certificate"/>.
    /// </summary>
    public IReadOnlyDictionary<string, TlsCertificate> NamedCertificates { get; init; } = new Dictionary<string, TlsCertificate>();

    /// <summary>Which of our certificates has this <c>X509</c>.</summary>
    internal TlsCertificate? CertificateOf(nint pointer)
    {
        if (Certificate?.Is(pointer) == true) return Certificate;
        return AdditionalCertificates.FirstOrDefault(certificate => certificate.Is(pointer)) ?? NamedCertificates.Values.FirstOrDefault(certificate => certificate.Is(pointer));
    }

    /// <summary>Whether clients are asked for a certificate or a raw public key.</summary>
    internal bool AsksClients => ClientTrust is not null || TakesRawKeys;

    /// <summary>What clients get that ask for a name which is not among <see cref="NamedCertificates"/>.</summary>
    public UnknownServerName UnknownServerName { get; init; }

    /// <summary>What clients get that offer application protocols of which none is among <see cref="TlsOptions.ApplicationProtocols"/>, where there are any.</summary>
    public ApplicationProtocolMismatch ApplicationProtocolMismatch { get; init; }

    /// <summary>
    /// Chooses the context of a connection by the client's first message (<c>SSL_CTX_set_client_hello_cb(3)</c>): another certificate, other versions, application protocols, client authentication. Null keeps this context. Called on the
    /// thread that does the handshake; the answer may come later and from any thread, and other connections go on meanwhile. The handshake's timeout goes on too; an answer for a connection that has ended is ignored.
    /// A <see cref="TlsAlertException"/> refuses the client with its alert. The chosen context must be a server's with the same <see cref="TlsOptions.AllowRenegotiation"/>, and must not be disposed before the handshake has gone on.
    /// Its own <c>SelectContext</c> is not asked, and the padding that its <see cref="TlsOptions.OpenSslCommands"/> may ask for stays as it was. Sessions are resumed only where certificate and client authentication are the same.
    /// </summary>
    public Func<TlsClientHello, ValueTask<TlsContext?>>? SelectContext { get; init; }

    /// <summary>Keeps the client's first message (RFC 8446 §4.1.2) for <see cref="TlsConnection.ClientHello"/> and <see cref="TlsConnectionInfo.ClientHello"/>: what it offered, and its fingerprints. Some two kilobytes for as long as the connection's object is held. Off unless told otherwise.</summary>
    public bool KeepClientHello { get; init; }

    // Also because the context that is chosen may ask.
    internal override bool AsksApplication => SelectContext is not null || SessionStore is not null || base.AsksApplication;

    internal bool WatchesHello => SelectContext is not null || SessionStore is not null || KeepClientHello;

    /// <summary>
    /// Session tickets that a TLS 1.3 handshake sends (<c>SSL_CTX_set_num_tickets(3)</c>, RFC 8446 §4.6.1). 1 unless told otherwise, where OpenSSL's own default is 2: each costs the server as much as a tenth of
    /// a handshake. Clients that resume several connections at a time want more; 0 sends none.
    /// </summary>
    public int SessionTicketCount { get; init; } = 1;

    /// <summary>
    /// Finds the pre-shared key that a client names (RFC 8446 §4.2.11, RFC 4279; <c>SSL_CTX_set_psk_server_callback(3)</c>); null when there is none: then the client is served by certificate if it can be, and refused otherwise. Called on the
    /// thread that does the handshake, and must answer from memory; also asked for things that are no identity. With it a <see cref="TlsOptions.Certificate"/> may be left out.
    /// </summary>
    public Func<string, TlsPreSharedKey?>? FindPreSharedKey { get; init; }

    /// <summary>
    /// Most bytes of early data that a client may send with its first flight when it resumes a session of TLS 1.3 (RFC 8446 §2.3; <c>SSL_CTX_set_max_early_data(3)</c>), up to 1 MiB; 0, unless told otherwise, takes none. They come before anybody
    /// knows that the client is there now: see <see cref="TlsConnectionHandler.OnEarlyData"/>. With it, sessions of TLS 1.3 are kept in this context and good once, so that early data that was recorded is not taken again
    /// (RFC 8446 §8.1); <see cref="TicketKeys"/> do not apply to them, and another loop's context cannot resume them. It is settled before a <see cref="SelectContext"/> chooses, which can only forbid it.
    /// </summary>
    public int MaximumEarlyData { get; init; }

    /// <summary>
    /// Takes early data without guarding against what is sent again (<c>SSL_OP_NO_ANTI_REPLAY</c>): sessions need not be kept then, and tickets work as ever. Only for those who have a guard of their own, or whose requests do no harm however
    /// often they come.
    /// </summary>
    public bool DangerouslyAllowEarlyDataReplay { get; init; }

    /// <summary>
    /// Most sessions that the context keeps (<c>SSL_CTX_sess_set_cache_size(3)</c>), for clients of TLS 1.2 that resume by id because they know no tickets (RFC 5246 §7.4.1.2), and for <see cref="MaximumEarlyData"/>, which needs 20,480 unless
    /// told otherwise. 0 for none.
    /// </summary>
    public int SessionCacheSize { get; init; }

    /// <summary>
    /// Keeps sessions where the application wants them, in place of tickets (<c>SSL_CTX_sess_set_get_cb(3)</c>): clients get an id alone. It may answer later, while other connections go on. <see cref="MemorySessionStore"/> is one for the
    /// loops of a process. Null for none.
    /// </summary>
    public ITlsSessionStore? SessionStore { get; init; }

    /// <summary>Session tickets (RFC 5077, RFC 8446 §4.6.1) of that context are good for this one too, and the other way round: for servers with one context per loop. Null for keys of its own.</summary>
    public TlsContext? TicketKeysOf { get; init; }

    /// <summary>
    /// Where ticket keys come from, to change them on a schedule or to share them with other contexts, processes and machines: <see cref="RandomTicketKeys"/>, <see cref="TicketKeyFile"/>, or one of your own
    /// (<c>SSL_CTX_set_tlsext_ticket_key_evp_cb(3)</c>). Null for random ones of this context alone, which live as long as it does.
    /// </summary>
    public ITicketKeySource? TicketKeys { get; init; }
}
