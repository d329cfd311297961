namespace OpenSslNb.Simulation.Probing;

/// <summary>Half-close, truncation, resets, and alerts of ours.</summary>
internal static class ClosureProbes
{
    private const byte HandshakeFailure = 40;
    private const byte UserCanceled = 90;
    private static readonly ReadOnlyMemory<byte> s_fatal = new byte[] { 2, HandshakeFailure };

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("close-notify-13", "RFC 8446 §6.1", "close_notify is answered with close_notify, sooner or later, before the stream ends")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13).CloseWrite().Expect(Outcome.CloseNotify),
        Probe.Named("close-notify-12", "RFC 5246 §7.2.1", "close_notify is answered with close_notify at once")
            .Needing(PeerFeatures.Tls12).Handshake(ClientProfile.Tls12).CloseWrite().Expect(Outcome.CloseNotify),
        Probe.Named("half-close", "RFC 8446 §6.1", "behind our close_notify and FIN the server may say what it has to, and ends with close_notify")
            .Handshake(ClientProfile.Any).SendRequest().CloseWrite().EndSending().Expect(Outcome.CloseNotify),
        Probe.Named("close-without-notify", "RFC 8446 §6.1", "a stream that ends without close_notify is ended, and the next client is served")
            .Handshake(ClientProfile.Any).EndSending().Expect(Outcome.Ended).OnAnotherConnection().ExpectOthersServed(),
        Probe.Named("truncated-hello", "RFC 8446 §6.1", "a stream that ends in the middle of a ClientHello is ended, and the next client is served")
            .Deliver(Delivery.UpTo(60)).BeginHandshake(ClientProfile.Any).EndSending().Expect(Outcome.Ended).OnAnotherConnection().ExpectOthersServed(),
        Probe.Named("truncated-record", "RFC 8446 §6.1", "a stream that ends in the middle of a record is ended, and the next client is served")
            .Handshake(ClientProfile.Any).Deliver(Delivery.UpTo(20)).SendRequest().EndSending().Expect(Outcome.Ended).OnAnotherConnection().ExpectOthersServed(),
        Probe.Named("truncated-at-once", "RFC 8446 §6.1", "a stream that ends before its first byte is ended, and the next client is served")
            .Connect().EndSending().Expect(Outcome.Ended).OnAnotherConnection().ExpectOthersServed(),
        Probe.Named("reset-in-handshake", "RFC 9293 §3.10.7", "a reset in the middle of a handshake does no harm to the next client")
            .SendHello().Expect(Outcome.ServerHello).Reset().ExpectOthersServed(),
        Probe.Named("reset-established", "RFC 9293 §3.10.7", "a reset of an established connection does no harm to the next client")
            .Handshake(ClientProfile.Any).SendRequest().Reset().ExpectOthersServed(),
        Probe.Named("alert-in-handshake", "RFC 8446 §6.2", "a fatal alert in the middle of a handshake ends the connection")
            .SendHello().Expect(Outcome.ServerHello).SendRecord(new TlsRecord(TlsRecord.Alert, s_fatal)).Expect(Outcome.Ended),
        Probe.Named("alert-first", "RFC 8446 §6.2", "a fatal alert in the place of a ClientHello ends the connection")
            .SendRecord(new TlsRecord(TlsRecord.Alert, s_fatal)).Expect(Outcome.Ended),
        Sealed("alert-established", "RFC 8446 §6.2", "a fatal alert ends an established connection", s_fatal).Expect(Outcome.Ended),
        Sealed("alert-level-ignored", "RFC 8446 §6", "an alert that says that something is wrong ends the connection whatever its level says", new byte[] { 1, HandshakeFailure }).Expect(Outcome.Ended),
        Sealed("alert-unknown", "RFC 8446 §6", "an alert that nobody knows is an error: it ends the connection", new byte[] { 1, 213 }).Expect(Outcome.Ended),
        Sealed("alert-user-canceled", "RFC 8446 §6.1", "user_canceled may come before close_notify", new byte[] { 1, UserCanceled })
            .SendSealed(TlsRecord.Alert, new byte[] { 1, 0 }).Expect(Outcome.CloseNotify, Outcome.Ended),
        Sealed("alert-empty", "RFC 8446 §5.4", "an encrypted alert of no length is refused with unexpected_message", default).Expect(Outcome.Alert(TlsAlert.UnexpectedMessage), Outcome.Closed),
        Sealed("alert-fragment", "RFC 8446 §5.1", "an alert has a record of its own and is whole in it: one byte of it is refused", new byte[] { 2 }).Expect(Outcome.AnyAlert, Outcome.Closed),
    }.Select(probe => probe.In("closure"));

    private static Probe Sealed(string name, string reference, string expectation, ReadOnlyMemory<byte> alert) =>
        Probe.Named(name, reference, expectation).Needing(PeerFeatures.Tls13).Handshake(Probe.SealingProfile).SendSealed(TlsRecord.Alert, alert);
}
