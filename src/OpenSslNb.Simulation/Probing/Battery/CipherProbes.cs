namespace OpenSslNb.Simulation.Probing;

/// <summary>Cipher suites and compression methods in a ClientHello.</summary>
internal static class CipherProbes
{
    private static readonly Outcome s_nothingInCommon = Outcome.Alert(TlsAlert.HandshakeFailure, TlsAlert.InsufficientSecurity);

    // One of each vector of RFC 8701 §2.
    private const ushort Grease = 0x5A5A;

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("cipher-mandatory", "RFC 8446 §9.1", "TLS_AES_128_GCM_SHA256 is there: all have to have it")
            .Needing(PeerFeatures.Tls13).Handshake(ClientProfile.Tls13.With(SealingSuite.Mandatory, options => options with { CipherSuites = SealingSuite.Mandatory })).ExpectService(),
        Probe.Named("cipher-none-in-common", "RFC 8446 §4.1.1", "a client with suites that nobody knows is refused with handshake_failure or insufficient_security")
            .SendHello(hello => hello with { CipherSuites = RawClientHello.Suites(0xFE01, 0xFE02, Grease) }).Expect(s_nothingInCommon, Outcome.Closed),
        Probe.Named("cipher-none-in-common-12", "RFC 5246 §7.4.1.3", "a client of TLS 1.2 with suites that nobody knows is refused with handshake_failure")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello with { CipherSuites = RawClientHello.Suites(0xFE01, 0xFE02) }).Expect(s_nothingInCommon),
        Probe.Named("cipher-null-refused", "RFC 9325 §4.1", "suites that do not encrypt or do not authenticate are not agreed on")
            .SendOldHello(hello => hello with { CipherSuites = RawClientHello.Suites(0x0001, 0x0002, 0x003B, 0xC006, 0xC010, 0x0034, 0xC018) }).Expect(Outcome.AnyAlert, Outcome.Closed),
        Probe.Named("cipher-rc4-refused", "RFC 7465 §2", "suites with RC4 are not agreed on: handshake_failure or insufficient_security")
            .SendOldHello(hello => hello with { CipherSuites = RawClientHello.Suites(0x0004, 0x0005, 0xC007, 0xC011) }).Expect(s_nothingInCommon, Outcome.AnyAlert | Outcome.Closed),
        Probe.Named("cipher-grease", "RFC 8701 §3.1", "values of GREASE in all lists are passed over")
            .SendHello(Greased).Expect(Outcome.ServerHello),
        Probe.Named("cipher-empty", "RFC 8446 §6.2", "an empty list of suites is out of the syntax's range: decode_error")
            .SendHello(hello => hello with { CipherSuites = default }).Expect(Outcome.Alert(TlsAlert.DecodeError), Outcome.Closed),
        Probe.Named("cipher-odd", "RFC 8446 §6.2", "a list of suites with an odd number of bytes cannot be parsed: decode_error")
            .SendHello(hello => hello with { CipherSuites = new byte[] { 0x13, 0x01, 0x13 } }).Expect(Outcome.Alert(TlsAlert.DecodeError), Outcome.Closed),
        Probe.Named("compression-offered-13", "RFC 8446 §4.1.2", "with TLS 1.3 a client that offers compression is refused with illegal_parameter")
            .Needing(PeerFeatures.Tls13).SendHello(hello => (hello with { Compression = new byte[] { 1, 0 } }).With(RawExtension.Versions(0x0304))).Expect(Outcome.Alert(TlsAlert.IllegalParameter), Outcome.Closed),
        Probe.Named("compression-offered-12", "RFC 5246 §7.4.1.2", "a client of TLS 1.2 that offers compression is served without it, or refused")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello with { Compression = new byte[] { 1, 0 } }).Expect(Outcome.ServerHello),
        Probe.Named("compression-without-null", "RFC 5246 §7.4.1.2", "a client of TLS 1.2 that does not offer to go without compression is refused")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello with { Compression = new byte[] { 1 } }).Expect(Outcome.AnyAlert, Outcome.Closed),
    }.Select(probe => probe.In("ciphers"));

    private static RawClientHello Greased(RawClientHello hello) =>
        (hello with { CipherSuites = new byte[][] { RawClientHello.Suites(Grease), hello.CipherSuites.ToArray() }.SelectMany(b => b).ToArray() })
            .With(RawExtension.Groups(Grease, RawClientHello.X25519, RawClientHello.Secp256R1))
            .With(RawExtension.Versions(Grease, 0x0304, 0x0303))
            .With(RawExtension.SignatureAlgorithms(Grease, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0807))
            .With(RawExtension.KeyShare((Grease, [0]), (RawClientHello.X25519, RawClientHello.Noise(32))))
            .With(new RawExtension(45, new byte[] { 2, 0x0B, 1 }))
            .With(RawExtension.ApplicationProtocols("\x5A\x5A", "h2", "http/1.1"))
            .With(new RawExtension(Grease, default)).With(new RawExtension(0xAAAA, new byte[1]));
}
