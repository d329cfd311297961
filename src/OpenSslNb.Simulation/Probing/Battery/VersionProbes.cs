namespace OpenSslNb.Simulation.Probing;

/// <summary>Which versions a server takes and refuses, and that nobody can talk it into an older one.</summary>
internal static class VersionProbes
{
    private const ushort FallbackSuite = 0x5600;
    private const PeerFeatures Both = PeerFeatures.Tls12 | PeerFeatures.Tls13;

    // Behind a random of 24 bytes.
    private static readonly byte[] s_downgradeTo12 = [0x44, 0x4F, 0x57, 0x4E, 0x47, 0x52, 0x44, 0x01];
    private static readonly Outcome s_refused = Outcome.Alert(TlsAlert.ProtocolVersion);

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("version-13", "RFC 8446 §4.2.1", "a client of TLS 1.3 alone is served, or refused with protocol_version")
            .BeginHandshake(ClientProfile.Tls13).Expect(Outcome.Handshake | s_refused, Outcome.Alert(TlsAlert.HandshakeFailure) | Outcome.Closed),
        Probe.Named("version-12", "RFC 5246 §E.1", "a client of TLS 1.2 alone is served, or refused with protocol_version")
            .BeginHandshake(ClientProfile.Tls12).Expect(Outcome.Handshake | s_refused, Outcome.Alert(TlsAlert.HandshakeFailure) | Outcome.Closed),
        Probe.Named("version-both", "RFC 8446 §4.2.1", "a client of both versions gets TLS 1.3")
            .Needing(Both).SendHello().Expect(Chosen(0x0304)),
        Refused("version-11-refused", "RFC 8996 §5", "TLS 1.1", 0x0302),
        Refused("version-10-refused", "RFC 8996 §4", "TLS 1.0", 0x0301),
        Refused("version-ssl3-refused", "RFC 7568 §3", "SSL 3.0", 0x0300),
        Probe.Named("version-ssl2-refused", "RFC 6176 §3", "a CLIENT-HELLO of SSL 2.0 is refused, in whatever way, and not answered in kind")
            .SendRaw(Ssl2Hello()).Expect(Outcome.AnyAlert | Outcome.Closed),
        Probe.Named("version-unknown-only", "RFC 8446 §4.2.1", "a client that has only versions nobody knows is refused with protocol_version")
            .Needing(PeerFeatures.Tls13).SendHello(hello => hello.With(RawExtension.Versions(0x7F99, 0x0505))).Expect(s_refused, Outcome.Closed),
        Probe.Named("version-future", "RFC 5246 §E.1", "a client whose version is newer than any, and that does not list versions, gets TLS 1.2")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello with { Version = 0x0305 }).Expect(Chosen(0x0303)),
        Probe.Named("version-order", "RFC 8446 §4.2.1", "the list of versions counts, and not legacy_version")
            .Needing(PeerFeatures.Tls13).SendHello(hello => (hello with { Version = 0x0301 }).With(RawExtension.Versions(0x0304))).Expect(Chosen(0x0304), Outcome.AnyAlert),
        Probe.Named("version-of-record", "RFC 5246 §E.1", "the version in the header of a ClientHello's record does not count, as long as it begins with 3")
            .SendHello(hello => hello with { RecordVersion = 0x0304 }).Expect(Outcome.ServerHello)
            .OnAnotherConnection().SendHello(hello => hello with { RecordVersion = 0x0300 }).Expect(Outcome.ServerHello),
        Probe.Named("version-downgrade-sentinel", "RFC 8446 §4.1.3", "a server of TLS 1.3 that is asked for TLS 1.2 says so in the end of its random")
            .Needing(Both).SendOldHello().Expect(Outcome.When("a random that ends with DOWNGRD 01", r => r.ServerHello is { } hello && hello.Random.Span.EndsWith(s_downgradeTo12))),
        Probe.Named("version-fallback", "RFC 7507 §3", "a client that says that it has fallen back to less than the server has is refused with inappropriate_fallback; RFC 8996 has made that history")
            .Needing(Both).SendOldHello(WithFallback).Expect(Outcome.Alert(TlsAlert.InappropriateFallback), Chosen(0x0303)),
        Probe.Named("version-fallback-in-vain", "RFC 7507 §3", "a fallback to the newest version is no reason to refuse a client")
            .Needing(PeerFeatures.Tls13).SendHello(WithFallback).Expect(Outcome.ServerHello),
    }.Select(probe => probe.In("versions"));

    internal static Outcome Chosen(ushort version) => Outcome.When($"a ServerHello of version {version:X4}", r => r.ServerHello is { IsRetryRequest: false } hello && hello.Version == version);

    private static Probe Refused(string name, string reference, string words, ushort version) =>
        Probe.Named(name, reference, $"{words} is refused with protocol_version")
            .SendOldHello(hello => hello with { Version = version }).Expect(s_refused, Outcome.Closed);

    private static RawClientHello WithFallback(RawClientHello hello) => hello with { CipherSuites = new byte[][] { hello.CipherSuites.ToArray(), RawClientHello.Suites(FallbackSuite) }.SelectMany(b => b).ToArray() };

    // RFC 6101 §E.1: two ciphers of SSL 2.0 and a challenge of 16 bytes.
    private static byte[] Ssl2Hello()
    {
        byte[] body = [1, 0, 2, 0, 6, 0, 0, 0, 16, 1, 0, 0x80, 7, 0, 0xC0, .. RawClientHello.Noise(16)];
        return [(byte)(0x80 | (body.Length >> 8)), (byte)body.Length, .. body];
    }
}
