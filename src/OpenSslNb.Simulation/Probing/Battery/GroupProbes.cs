namespace OpenSslNb.Simulation.Probing;

/// <summary>Groups and key shares of TLS 1.3.</summary>
internal static class GroupProbes
{
    private const ushort NotKnown = 0xFEFE;

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("group-secp256r1", "RFC 8446 §9.1", "secp256r1 is there: all have to have it")
            .Handshake(WithGroup("P-256")).ExpectService(),
        Probe.Named("group-x25519", "RFC 8446 §9.1", "X25519 is there: all should have it")
            .BeginHandshake(WithGroup("X25519")).Expect(Outcome.Handshake, Outcome.Alert(TlsAlert.HandshakeFailure)),
        Probe.Named("group-retry", "RFC 8446 §4.1.4", "a client without a key share is asked for one with a HelloRetryRequest")
            .SendHello(hello => hello.With(RawExtension.Versions(0x0304)).With(RawExtension.KeyShare())).Expect(Outcome.HelloRetryRequest),
        Probe.Named("group-retry-completed", "RFC 8446 §4.1.2", "a client whose first share is of no use to the server comes to its end with the second ClientHello")
            .Handshake(ClientProfile.Tls13.With("groups secp521r1 and secp256r1", options => options with { Groups = "P-521:P-256:X25519" })).ExpectService(),
        Probe.Named("group-none-in-common", "RFC 8446 §4.1.1", "a client with groups that nobody knows is refused with handshake_failure or insufficient_security")
            .SendHello(hello => hello.With(RawExtension.Versions(0x0304)).With(RawExtension.Groups(NotKnown)).With(RawExtension.KeyShare((NotKnown, new byte[32])))).Expect(Outcome.Alert(TlsAlert.HandshakeFailure, TlsAlert.InsufficientSecurity), Outcome.Closed),
        Probe.Named("group-share-short", "RFC 8446 §4.2.8.2", "a share of X25519 that is too short is refused with illegal_parameter or decode_error")
            .SendHello(hello => X25519Only(hello, RawClientHello.Noise(31))).Expect(Outcome.Alert(TlsAlert.IllegalParameter, TlsAlert.DecodeError), Outcome.AnyAlert | Outcome.Closed),
        Probe.Named("group-share-zero", "RFC 8446 §7.4.2", "a share of X25519 that leads to a secret of zeros ends the handshake")
            .SendHello(hello => X25519Only(hello, new byte[32])).Expect(Outcome.AnyAlert, Outcome.Closed),
        Probe.Named("group-share-off-curve", "RFC 8446 §4.2.8.2", "a share of secp256r1 that is not on its curve ends the handshake")
            .SendHello(hello => hello.With(RawExtension.Versions(0x0304)).With(RawExtension.Groups(RawClientHello.Secp256R1)).With(RawExtension.KeyShare((RawClientHello.Secp256R1, [4, .. new byte[63], 1])))).Expect(Outcome.AnyAlert, Outcome.Closed),
    }.Select(probe => probe.In("groups").Needing(PeerFeatures.Tls13));

    private static RawClientHello X25519Only(RawClientHello hello, byte[] share) =>
        hello.With(RawExtension.Versions(0x0304)).With(RawExtension.Groups(RawClientHello.X25519)).With(RawExtension.KeyShare((RawClientHello.X25519, share)));

    private static ClientProfile WithGroup(string name) => ClientProfile.Tls13.With($"group {name}", options => options with { Groups = name });
}
