namespace OpenSslNb.Simulation.Probing;

/// <summary>New keys on an old connection: KeyUpdate of TLS 1.3, renegotiation of TLS 1.2.</summary>
internal static class KeyProbes
{
    private const byte KeyUpdateMessage = 24;
    private static readonly ClientProfile s_renegotiating = ClientProfile.Tls12.With("renegotiation", options => options with { AllowRenegotiation = true });

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("key-update", "RFC 8446 §4.6.3", "a client may change its keys")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).UpdateKeys(requestPeer: false).ExpectService(),
        Probe.Named("key-update-answered", "RFC 8446 §4.6.3", "a KeyUpdate that asks for one is answered with one, at the latest before the next data")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).UpdateKeys(requestPeer: true).SendRequest()
            .Expect(Outcome.Message("KeyUpdate"), Outcome.When("silence, with nothing to say", r => r is { End: StreamEnd.Silent, ApplicationBytes: 0, Error: null })),
        Probe.Named("key-update-often", "RFC 8446 §4.6.3", "a client may change its keys again and again")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).UpdateKeys(false).UpdateKeys(false).UpdateKeys(false).UpdateKeys(false).ExpectService(),
        Sealed("key-update-wrong", "RFC 8446 §4.6.3", "a KeyUpdate with a value that there is not is refused with illegal_parameter", TlsRecord.Handshake, [KeyUpdateMessage, 0, 0, 1, 2], Outcome.Alert(TlsAlert.IllegalParameter)),
        Sealed("key-update-empty", "RFC 8446 §6.2", "a KeyUpdate without its value cannot be parsed: decode_error", TlsRecord.Handshake, [KeyUpdateMessage, 0, 0, 0], Outcome.Alert(TlsAlert.DecodeError)),
        Sealed("key-update-not-alone", "RFC 8446 §5.1", "a KeyUpdate has to end its record: unexpected_message", TlsRecord.Handshake, [KeyUpdateMessage, 0, 0, 1, 0, KeyUpdateMessage, 0, 0, 1, 0], Outcome.Alert(TlsAlert.UnexpectedMessage)),
        Probe.Named("renegotiation-12", "RFC 5746 §3.7", "a client that asks for a renegotiation gets one, or no_renegotiation, or is refused")
            .Needing(PeerFeatures.Tls12).Handshake(s_renegotiating).Renegotiate()
            .Expect(Outcome.Message("Finished", 2) | Outcome.Alert(TlsAlert.NoRenegotiation) | Outcome.Warning(TlsAlert.NoRenegotiation) | Outcome.AnyAlert, Outcome.Closed | Outcome.CloseNotify),
        Probe.Named("renegotiation-13", "RFC 8446 §4.1.2", "a ClientHello on a connection of TLS 1.3 is refused with unexpected_message")
            .Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(TlsRecord.Handshake, RawClientHello.Modern(null).ToMessage()).Expect(Outcome.Alert(TlsAlert.UnexpectedMessage), Outcome.Closed),
    }.Select(probe => probe.In("keys"));

    private static Probe Sealed(string name, string reference, string expectation, byte type, byte[] content, Outcome required) =>
        Probe.Named(name, reference, expectation).Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(type, content).Expect(required, Outcome.Closed);
}
