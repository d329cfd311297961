using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>The probes of docs/probing.md, as they stand there.</summary>
internal static class ExampleProbes
{
    // example
    /// <summary>A ClientHello that was never sent by a real client: only how the server answers is looked at.</summary>
    public static Probe UnknownProtocol { get; } = Probe.Named("my-unknown-protocol", "RFC 7301 §3.2", "a client that speaks nothing of ours is refused with no_application_protocol")
        .SendHello(hello => hello.With(RawExtension.ApplicationProtocols("gopher")))
        .Expect(Outcome.Alert(TlsAlert.NoApplicationProtocol), tolerated: Outcome.Closed);

    // example
    /// <summary>A real handshake over a bad network: its first bytes, a pause in which others have to be served, and the rest in pieces of seven bytes.</summary>
    public static Probe BadNetwork { get; } = Probe.Named("my-bad-network", "RFC 8446 §5.1", "a client behind a bad network is served, and nobody waits for it")
        .Deliver(Delivery.UpTo(100))
        .Mutate(Mutation.Fragment(64))
        .BeginHandshake(ClientProfile.Tls13)
        .ExpectOthersServed()
        .Deliver(Delivery.InPieces(7))
        .Expect(Outcome.Handshake)
        .ExpectService();

    // example
    /// <summary>Somebody between us who changes the order of records, and then a client that says inside the encryption what no client says.</summary>
    public static Probe Attacker { get; } = Probe.Named("my-attacker", "RFC 8446 §5.2", "records in another order, and messages that have no place, end the connection with the right alert")
        .Needing(PeerFeatures.Tls13)
        .Handshake(ClientProfile.Tls13)
        .Mutate(new Mutation("the second record is a copy of nothing we sent", outgoing => outgoing.Index == 1 ? [outgoing.Record with { Payload = new byte[64] }, outgoing.Record] : [outgoing.Record]))
        .Send("first"u8.ToArray()).Send("second"u8.ToArray())
        .Expect(Outcome.Alert(TlsAlert.BadRecordMac), tolerated: Outcome.Closed)
        .OnAnotherConnection()
        .Handshake(Probe.SealingProfile)
        .SendSealed(TlsRecord.Handshake, new byte[] { 11, 0, 0, 0 })
        .Expect(Outcome.Alert(TlsAlert.UnexpectedMessage), tolerated: Outcome.AnyAlert | Outcome.Closed);

    // end
    public static IReadOnlyList<Probe> All { get; } = [UnknownProtocol, BadNetwork, Attacker];
}
