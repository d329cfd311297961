namespace OpenSslNb.Simulation.Probing;

/// <summary>Somebody between us changes, repeats or takes away records.</summary>
internal static class MutationProbes
{
    private static readonly Outcome s_badMac = Outcome.Alert(TlsAlert.BadRecordMac);

    public static IEnumerable<Probe> All => new Probe[][]
    {
        OnData("record-changed", "a record with a flipped bit ends the connection with bad_record_mac", Mutation.FlipLastBit()),
        [Repeated("record-repeated-13", "RFC 8446 §5.2", ClientProfile.Tls13, PeerFeatures.Tls13, r => r.HasEnded)],
        [Repeated("record-repeated-12", "RFC 5246 §7.2.2", ClientProfile.Tls12, PeerFeatures.Tls12, r => r.End == StreamEnd.Reset)],
        OnData("record-missing", "a record that is missing ends the connection with bad_record_mac at the next one", Mutation.Drop()),
        OnData("record-forged", "a record of somebody who does not have the keys ends the connection with bad_record_mac", Mutation.InsertBefore(new TlsRecord(TlsRecord.ApplicationData, RawClientHello.Noise(64)))),
        [
            Probe.Named("record-short-13", "RFC 8446 §5.2", "an encrypted record that is too short for its tag is refused")
                .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).SendRecord(new TlsRecord(TlsRecord.ApplicationData, new byte[4])).Expect(Outcome.AnyAlert, Outcome.Closed),
            Probe.Named("finished-changed-12", "RFC 5246 §7.2.2", "a Finished with a flipped bit is refused with bad_record_mac, or with decrypt_error")
                .Needing(PeerFeatures.Tls12).Mutate(new Mutation("the last bit of our Finished is flipped", FlipFinished12)).BeginHandshake(ClientProfile.Tls12).Expect(Outcome.Alert(TlsAlert.BadRecordMac, TlsAlert.DecryptError), Outcome.Reset),
            Probe.Named("finished-wrong-13", "RFC 8446 §4.4.4", "a Finished that is encrypted well and wrong is refused with decrypt_error")
                .Needing(PeerFeatures.Tls13).ReplaceFinished(length => new byte[] { 20, 0, 0, (byte)length }.Concat(new byte[length]).ToArray()).BeginHandshake(Probe.SealingProfile).Expect(Outcome.Alert(TlsAlert.DecryptError), Outcome.Closed),
            Probe.Named("finished-short-13", "RFC 8446 §6.2", "a Finished that is too short is refused with decode_error or decrypt_error")
                .Needing(PeerFeatures.Tls13).ReplaceFinished(new byte[] { 20, 0, 0, 4, 1, 2, 3, 4 }).BeginHandshake(Probe.SealingProfile).Expect(Outcome.Alert(TlsAlert.DecodeError, TlsAlert.DecryptError), Outcome.Closed),
            Probe.Named("finished-is-another-13", "RFC 8446 §4", "another message in the place of Finished is refused with unexpected_message")
                .Needing(PeerFeatures.Tls13).ReplaceFinished(new byte[] { 24, 0, 0, 1, 0 }).BeginHandshake(Probe.SealingProfile).Expect(Outcome.Alert(TlsAlert.UnexpectedMessage), Outcome.Closed),
            Probe.Named("hello-twice-12", "RFC 5246 §7.4", "a second ClientHello in the middle of a handshake is refused with unexpected_message")
                .Needing(PeerFeatures.Tls12).SendOldHello().Expect(Outcome.ServerHello).SendOldHello(hello => hello with { RecordVersion = hello.Version }).Expect(Outcome.Alert(TlsAlert.UnexpectedMessage), Outcome.AnyAlert | Outcome.Reset),
        ],
    }.SelectMany(probes => probes).Select(probe => probe.In("mutations"));

    private static Probe[] OnData(string name, string expectation, Mutation mutation) =>
    [
        Probe.Named($"{name}-13", "RFC 8446 §5.2", expectation).Needing(PeerFeatures.Tls13)
            .Handshake(ClientProfile.Tls13).Mutate(mutation).SendBeginningOfRequest().SendBeginningOfRequest().Expect(s_badMac, Outcome.Closed),
        Probe.Named($"{name}-12", "RFC 5246 §7.2.2", expectation).Needing(PeerFeatures.Tls12)
            .Handshake(ClientProfile.Tls12).Mutate(mutation).SendBeginningOfRequest().SendBeginningOfRequest().Expect(s_badMac, Outcome.Reset),
    ];

    // The first copy is sound, and an echo answers it; who answers more has taken the second one too. Who ends in good order behind the answer to the first may never have read the second.
    private static Probe Repeated(string name, string reference, ClientProfile profile, PeerFeatures needs, Func<Reaction, bool> isToleratedEnd)
    {
        bool HasAnsweredOnce(ProbeTarget target, Reaction r) => r is { Error: null, NoRecords: null } && r.NewApplicationBytes <= target.BeginningOfRequest.Length;
        return Probe.Named(name, reference, "a record that comes again ends the connection with bad_record_mac").Needing(needs)
            .Handshake(profile).Mutate(Mutation.Repeat()).SendBeginningOfRequest().SendBeginningOfRequest().Expect(Outcome.Ended)
            .OnlyIf("a server that does not end in good order once it has answered the first copy", (target, r) => !(HasAnsweredOnce(target, r) && r.HasCloseNotify && r.NewApplicationBytes > 0))
            .Check(s_badMac, "the end without an alert, and no answer but to the first copy", (target, r) => isToleratedEnd(r) && HasAnsweredOnce(target, r) && !r.HasCloseNotify);
    }

    // The only handshake record of ours that is encrypted.
    private static IEnumerable<TlsRecord> FlipFinished12(OutgoingRecord outgoing) =>
        outgoing is { IsProtected: true, Record.Type: TlsRecord.Handshake } ? Mutation.FlipLastBit(outgoing.Index).Apply(outgoing) : [outgoing.Record];
}
