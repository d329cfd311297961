namespace OpenSslNb.Simulation.Probing;

/// <summary>The record layer: fragments, lengths, types, padding.</summary>
internal static class RecordProbes
{
    private static readonly TlsRecord s_changeCipherSpec = new(TlsRecord.ChangeCipherSpec, new byte[] { 1 });
    private static readonly Outcome s_unexpected = Outcome.Alert(TlsAlert.UnexpectedMessage);
    private static readonly Outcome s_tooLong = Outcome.Alert(TlsAlert.RecordOverflow);

    // What does not begin as TLS does may be taken for no TLS at all, and be refused as such.
    private static readonly Outcome s_noClient = Outcome.Closed | Outcome.PlainText;

    public static IEnumerable<Probe> All => new[]
    {
        Fragmented("fragment-13", ClientProfile.Tls13, PeerFeatures.Tls13, "RFC 8446 §5.1"),
        Fragmented("fragment-12", ClientProfile.Tls12, PeerFeatures.Tls12, "RFC 5246 §6.2.1"),
        Probe.Named("segments-13", "RFC 8446 §1", "a handshake and a request that come byte by byte are the same as at once")
            .Needing(PeerFeatures.Tls13).Deliver(Delivery.InPieces(1)).Handshake(ClientProfile.Tls13).ExpectService(),
        Probe.Named("segments-12", "RFC 5246 §1", "a handshake and a request that come byte by byte are the same as at once")
            .Needing(PeerFeatures.Tls12).Deliver(Delivery.InPieces(1)).Handshake(ClientProfile.Tls12).ExpectService(),
        Probe.Named("fragment-empty", "RFC 8446 §5.1", "a handshake record without content is refused")
            .SendMadeOfHello("send a ClientHello behind an empty record", hello => [.. new TlsRecord(TlsRecord.Handshake, default, 0x0301).ToBytes(), .. hello.ToRecord().ToBytes()])
            .Expect(Outcome.AnyAlert, Outcome.ServerHello | Outcome.Closed),
        Probe.Named("fragment-interleaved", "RFC 8446 §5.1", "another record between the two parts of a handshake message ends the handshake")
            .SendMadeOfHello("send a ClientHello in two records, and application data between them", Interleaved).Expect(s_unexpected, Outcome.AnyAlert | Outcome.Closed),
        Probe.Named("record-unknown-type", "RFC 8446 §5", "a record of a type that there is not is refused with unexpected_message")
            .SendRecord(new TlsRecord(99, new byte[20])).Expect(s_unexpected, s_noClient),
        Probe.Named("record-data-first", "RFC 8446 §5", "application data before a handshake is refused with unexpected_message")
            .SendRecord(new TlsRecord(TlsRecord.ApplicationData, new byte[20])).Expect(s_unexpected, s_noClient),
        Probe.Named("record-oversized-hello", "RFC 8446 §5.1", "a record with more than 16,384 bytes of plain text is refused with record_overflow")
            .SendRecord(new TlsRecord(TlsRecord.Handshake, new byte[] { 1, 0, 0x50, 0, 3, 3 }.Concat(new byte[TlsRecord.MostPlaintext]).ToArray(), 0x0301)).Expect(s_tooLong, Outcome.Closed),
        Probe.Named("record-oversized-13", "RFC 8446 §5.2", "an encrypted record of more than 16,384 + 256 bytes is refused with record_overflow")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).SendRecord(new TlsRecord(TlsRecord.ApplicationData, new byte[TlsRecord.MostPlaintext + 257])).Expect(s_tooLong, Outcome.Closed),
        Probe.Named("record-oversized-12", "RFC 5246 §6.2.3", "an encrypted record of more than 16,384 + 2,048 bytes is refused with record_overflow")
            .Needing(PeerFeatures.Tls12).Handshake(ClientProfile.Tls12).SendRecord(new TlsRecord(TlsRecord.ApplicationData, new byte[TlsRecord.MostPlaintext + 2049])).Expect(s_tooLong, Outcome.Reset),
        Probe.Named("record-oversized-inner", "RFC 8446 §5.4", "an encrypted record with more than 16,384 bytes of plain text inside is refused with record_overflow")
            .Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(TlsRecord.ApplicationData, new byte[TlsRecord.MostPlaintext + 1]).Expect(s_tooLong, Outcome.Closed),
        Probe.Named("record-largest", "RFC 8446 §5.2", "an encrypted record with exactly 16,384 bytes of plain text is taken")
            .Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendLargestSealedRequest().SendSealed(TlsRecord.Alert, new byte[] { 1, 0 }).Expect(Outcome.Service),
        Probe.Named("record-padded", "RFC 8446 §5.4", "padding is taken off whatever it hides")
            .Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealedRequest(padding: 700).SendSealed(TlsRecord.Alert, new byte[] { 1, 0 }, 90).Expect(Outcome.Service),
        Probe.Named("record-padded-only", "RFC 8446 §5.4", "a record with nothing but padding inside is refused with unexpected_message")
            .Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(null, default, 40).Expect(s_unexpected, Outcome.Closed),
        Probe.Named("record-empty-data", "RFC 8446 §5.1", "application data of no length is taken: it is traffic analysis' bane")
            .Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(TlsRecord.ApplicationData, default).SendSealedRequest().SendSealed(TlsRecord.Alert, new byte[] { 1, 0 }).Expect(Outcome.Service),
        Sealed("record-empty-handshake", "RFC 8446 §5.4", "an encrypted handshake record of no length is refused with unexpected_message", TlsRecord.Handshake, []),
        Sealed("record-inner-unknown", "RFC 8446 §5", "an encrypted record of a type that there is not is refused with unexpected_message", 99, new byte[20]),
        Sealed("record-inner-change-cipher-spec", "RFC 8446 §5", "an encrypted change_cipher_spec is refused with unexpected_message", TlsRecord.ChangeCipherSpec, [1]),
        Probe.Named("change-cipher-spec-ignored", "RFC 8446 §5", "change_cipher_spec behind a ClientHello of TLS 1.3 is passed over")
            .Needing(PeerFeatures.Tls13).Mutate(Mutation.InsertAfter(s_changeCipherSpec)).Handshake(ClientProfile.Tls13).ExpectService(),
        Probe.Named("change-cipher-spec-wrong", "RFC 8446 §5", "change_cipher_spec with another value than 1 is refused with unexpected_message")
            .Needing(PeerFeatures.Tls13).Mutate(Mutation.InsertAfter(s_changeCipherSpec with { Payload = new byte[] { 2 } })).BeginHandshake(ClientProfile.Tls13).Expect(s_unexpected, Outcome.Closed),
        Probe.Named("change-cipher-spec-late", "RFC 8446 §5", "change_cipher_spec behind the handshake is refused with unexpected_message")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).SendRecord(s_changeCipherSpec).Expect(s_unexpected, Outcome.Closed),
        Probe.Named("plain-text", "RFC 8446 §5", "a request without TLS is refused, in whatever way, and not served")
            .SendRequestInPlainText().Expect(Outcome.AnyAlert | Outcome.When("the end without a word", r => r is { HasEnded: true, Error: null, NoRecords: null }), Outcome.PlainText),
    }.Select(probe => probe.In("records"));

    private static Probe Fragmented(string name, ClientProfile profile, PeerFeatures needs, string reference) =>
        Probe.Named(name, reference, "a handshake in records of one byte is the same as in whole ones")
            .Needing(needs).Mutate(Mutation.Fragment(1)).Handshake(profile).ExpectService();

    private static Probe Sealed(string name, string reference, string expectation, byte type, byte[] content) =>
        Probe.Named(name, reference, expectation).Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(type, content).Expect(s_unexpected, Outcome.Closed);

    private static byte[] Interleaved(RawClientHello hello)
    {
        byte[] message = hello.ToMessage();
        return
        [
            .. new TlsRecord(TlsRecord.Handshake, message.AsMemory(0, 60), 0x0301).ToBytes(), .. new TlsRecord(TlsRecord.ApplicationData, new byte[4]).ToBytes(),
            .. new TlsRecord(TlsRecord.Handshake, message.AsMemory(60), 0x0301).ToBytes(),
        ];
    }
}
