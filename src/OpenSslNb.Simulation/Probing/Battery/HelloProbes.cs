namespace OpenSslNb.Simulation.Probing;

/// <summary>ClientHellos that cannot be parsed, or that lack what has to be there.</summary>
internal static class HelloProbes
{
    private const ushort NotKnown = 0xFEFE;
    private const ushort SignatureAlgorithms = 13;
    private const ushort Groups = 10;
    private const ushort KeyShare = 51;
    private const ushort PskModes = 45;

    private static readonly Outcome s_unparsable = Outcome.Alert(TlsAlert.DecodeError);

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("hello-unknown-extension", "RFC 8446 §4.2", "extensions that nobody knows are passed over")
            .SendHello(hello => hello.With(new RawExtension(NotKnown, new byte[17]))).Expect(Outcome.ServerHello),
        Probe.Named("hello-extension-twice", "RFC 8446 §4.2", "an extension that is there twice ends the handshake")
            .SendHello(hello => hello with { Extensions = [.. hello.Extensions, .. hello.Extensions.Where(e => e.Type == Groups)] }).Expect(Outcome.AnyAlert, Outcome.Closed),
        Probe.Named("hello-extension-overrun", "RFC 8446 §6.2", "an extension that is longer than the message cannot be parsed: decode_error")
            .SendHello(hello => hello with { Extensions = [], Trailing = new byte[] { 0, 6, 0xFE, 0xFE, 0, 99, 0, 0 } }).Expect(s_unparsable, Outcome.Closed),
        Probe.Named("hello-trailing", "RFC 5246 §7.4.1.2", "bytes behind the extensions cannot be parsed: decode_error")
            .SendHello(hello => hello with { Trailing = new byte[3] }).Expect(s_unparsable, Outcome.Closed),
        Probe.Named("hello-session-id-long", "RFC 8446 §6.2", "a session id of more than 32 bytes is out of the syntax's range: decode_error")
            .SendHello(hello => hello with { SessionId = RawClientHello.Noise(33) }).Expect(s_unparsable, Outcome.Closed),
        Probe.Named("hello-truncated-body", "RFC 8446 §6.2", "a ClientHello that ends in the middle of its random cannot be parsed: decode_error")
            .SendRecord(new TlsRecord(TlsRecord.Handshake, new byte[] { 1, 0, 0, 6, 3, 3, 1, 2, 3, 4 })).Expect(s_unparsable, Outcome.Closed),
        Probe.Named("hello-is-no-hello", "RFC 8446 §4", "another handshake message in the place of a ClientHello is refused with unexpected_message")
            .SendRecord(new TlsRecord(TlsRecord.Handshake, new byte[] { 20, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })).Expect(Outcome.Alert(TlsAlert.UnexpectedMessage), Outcome.Closed),
        Probe.Named("hello-endless", "RFC 8446 §4", "a ClientHello that claims 16 MB should not be waited for: an alert or the end comes within its first 128 KB")
            .SendRaw(Endless()).Expect(Outcome.AnyAlert | Outcome.Closed, Outcome.Silence),
        Missing("hello-without-signatures", "signature_algorithms", SignatureAlgorithms),
        Missing("hello-without-groups", "supported_groups", Groups),
        Missing("hello-without-shares", "key_share", KeyShare),
        Probe.Named("hello-psk-without-modes", "RFC 8446 §4.2.9", "pre_shared_key without psk_key_exchange_modes ends the handshake")
            .Needing(PeerFeatures.Tls13).SendHello(hello => SessionProbes.WithUnknownKey(hello.Without(PskModes))).Expect(Outcome.AnyAlert, Outcome.Closed),
        Probe.Named("hello-psk-not-last", "RFC 8446 §4.2.11", "pre_shared_key that is not the last extension is refused with illegal_parameter")
            .Needing(PeerFeatures.Tls13).SendHello(hello => SessionProbes.WithUnknownKey(hello).With(new RawExtension(NotKnown, default))).Expect(Outcome.Alert(TlsAlert.IllegalParameter), Outcome.Closed),
        Probe.Named("hello-session-id-echoed", "RFC 8446 §4.1.3", "a ServerHello of TLS 1.3 sends the client's session id back")
            .Needing(PeerFeatures.Tls13).SendHello(hello => hello with { SessionId = s_id }).Expect(Outcome.When("a ServerHello with the client's session id", r => r.ServerHello?.SessionId.Span.SequenceEqual(s_id) == true)),
    }.Select(probe => probe.In("hello"));

    private static readonly byte[] s_id = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private static Probe Missing(string name, string words, ushort type) =>
        Probe.Named(name, "RFC 8446 §9.2", $"a client of TLS 1.3 alone, without {words}, is refused with missing_extension")
            .Needing(PeerFeatures.Tls13).SendHello(hello => hello.With(RawExtension.Versions(0x0304)).Without(type)).Expect(Outcome.Alert(TlsAlert.MissingExtension), Outcome.Closed);

    private static byte[] Endless()
    {
        const int Records = 8;
        const int Payload = 16 * 1024;
        byte[] first = [1, 0xFF, 0xFF, 0xFF, 3, 3, .. new byte[Payload - 6]];
        return [.. new TlsRecord(TlsRecord.Handshake, first).ToBytes(), .. Enumerable.Range(1, Records - 1).SelectMany(_ => new TlsRecord(TlsRecord.Handshake, new byte[Payload]).ToBytes())];
    }
}
