namespace OpenSslNb.Simulation.Probing;

/// <summary>Tickets, resumption and early data.</summary>
internal static class SessionProbes
{
    private static readonly Outcome s_resumed = Outcome.When("a resumed session", r => r.Info is { IsResumed: true });

    public static ClientProfile Client12 { get; } = ClientProfile.Tls12.With("sessions", Remembering);

    public static ClientProfile Client13 { get; } = ClientProfile.Tls13.With("sessions", Remembering);

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("resumption-12", "RFC 5077 §3.1", "a session of TLS 1.2 that the server gave is resumed; it may decline")
            .Needing(PeerFeatures.Tls12 | PeerFeatures.Sessions12).Handshake(Client12).ExpectService()
            .OnAnotherConnection().Handshake(Client12).Check(s_resumed, Outcome.Handshake).ExpectService(),
        Probe.Named("resumption-13", "RFC 8446 §2.2", "a ticket of TLS 1.3 that the server gave is resumed; it may decline")
            .Needing(PeerFeatures.Tls13 | PeerFeatures.Tickets13).Handshake(Client13).ExpectService()
            .OnAnotherConnection().Handshake(Client13).Check(s_resumed, Outcome.Handshake).ExpectService(),
        Probe.Named("ticket-garbage-12", "RFC 5077 §3.1", "a ticket that the server cannot read leads to a full handshake")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello.With(RawExtension.SessionTicket(RawClientHello.Noise(180)))).Expect(Outcome.ServerHello),
        Probe.Named("session-id-unknown-12", "RFC 5246 §7.4.1.2", "a session id that the server does not know leads to a full handshake with another id")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello with { SessionId = s_id }).Expect(Outcome.When("a ServerHello with another session id", r => r.ServerHello is { } hello && !hello.SessionId.Span.SequenceEqual(s_id))),
        Probe.Named("ticket-garbage-13", "RFC 8446 §4.2.11", "a pre-shared key that the server does not know leads to a full handshake")
            .Needing(PeerFeatures.Tls13).SendHello(WithUnknownKey).Expect(Outcome.When("a ServerHello that takes no pre-shared key", r => r.ServerHello is { IsRetryRequest: false } hello && !hello.Extensions.ContainsKey(PreSharedKey))),
        Probe.Named("early-data", "RFC 8446 §4.2.10", "early data that a ticket allows is taken or passed over, and the handshake comes to its end")
            .Needing(PeerFeatures.Tls13 | PeerFeatures.Tickets13).Handshake(Client13).ExpectService()
            .OnAnotherConnection().HandshakeWithEarlyRequest(Client13).ExpectService(),
        Probe.Named("early-data-uninvited", "RFC 8446 §4.2.10", "a client that says early_data with a pre-shared key which the server does not know gets a ServerHello, and its early data is passed over")
            .Needing(PeerFeatures.Tls13).SendMadeOfHello("send a ClientHello with early_data, and a record of it", hello => [.. WithUnknownKey(hello.With(new RawExtension(EarlyData, default))).ToRecord().ToBytes(), .. new TlsRecord(TlsRecord.ApplicationData, RawClientHello.Noise(80)).ToBytes()])
            .Expect(Outcome.ServerHello),
    }.Select(probe => probe.In("sessions"));

    private const ushort PreSharedKey = 41;
    private const ushort EarlyData = 42;
    private static readonly byte[] s_id = [.. Enumerable.Range(1, 32).Select(i => (byte)(i * 7))];

    /// <summary>With a pre-shared key that nobody has, at the end.</summary>
    internal static RawClientHello WithUnknownKey(RawClientHello hello) => hello.With(RawExtension.PreSharedKey(RawClientHello.Noise(48), RawClientHello.Noise(32)));

    private static TlsClientOptions Remembering(TlsClientOptions options) => options with { SessionCacheSize = 8 };
}
