namespace OpenSslNb.Simulation.Probing;

/// <summary>Names, application protocols, and the lengths of records that can be agreed on.</summary>
internal static class ExtensionProbes
{
    private const ushort RenegotiationInfo = 0xFF01;
    private const int SmallRecord = 512;

    /// <summary>A client with application protocols: its own, or the usual ones.</summary>
    public static ClientProfile WithProtocols { get; } = ClientProfile.Any.With("application protocols", options => options.ApplicationProtocols.Count > 0 ? options : options with { ApplicationProtocols = ["h2", "http/1.1"] });

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("sni-unknown", "RFC 6066 §3", "a client that asks for a name which the server does not know is served, or refused with a fatal unrecognized_name; a warning is not recommended")
            .SendHello(hello => hello.With(RawExtension.ServerName("no-such-name.invalid")))
            .Expect(Outcome.When("a ServerHello without a warning", r => r.ServerHello is not null && r.Alerts.Count == 0) | Outcome.Alert(TlsAlert.UnrecognizedName), Outcome.ServerHello | Outcome.AnyAlert),
        Probe.Named("alpn-selected", "RFC 7301 §3.2", "one of the protocols that were offered is selected")
            .Needing(PeerFeatures.ApplicationProtocols).Handshake(WithProtocols).Check(Outcome.When("a protocol of the client's", r => r.Info?.ApplicationProtocol is not null)).ExpectService(),
        Probe.Named("alpn-none-in-common", "RFC 7301 §3.2", "a client with protocols that nobody knows is refused with no_application_protocol")
            .Needing(PeerFeatures.ApplicationProtocols).SendHello(hello => hello.With(RawExtension.ApplicationProtocols("no-such-protocol/9"))).Expect(Outcome.Alert(TlsAlert.NoApplicationProtocol)),
        Probe.Named("alpn-empty-name", "RFC 7301 §3.1", "a protocol without a name is out of the syntax's range: decode_error")
            .Needing(PeerFeatures.ApplicationProtocols).SendHello(hello => hello.With(RawExtension.ApplicationProtocols("", "h2"))).Expect(Outcome.Alert(TlsAlert.DecodeError), Outcome.AnyAlert | Outcome.Closed),
        Probe.Named("fragment-length-kept", "RFC 6066 §4", "no record of a server that has agreed to 512 bytes holds more")
            .Needing(PeerFeatures.MaximumFragmentLength)
            .Handshake(ClientProfile.Tls12.With("records of 512 bytes", options => options with { MaximumFragmentLength = SmallRecord }))
            .Check(Outcome.When($"handshake records of {SmallRecord} bytes at most", r => r.Records.All(record => record.Type != TlsRecord.Handshake || record.Length <= SmallRecord)))
            .ExpectService(),
        Probe.Named("fragment-length-wrong", "RFC 6066 §4", "a maximum fragment length that there is not is refused with illegal_parameter")
            .Needing(PeerFeatures.MaximumFragmentLength).SendHello(hello => hello.With(RawExtension.MaximumFragmentLength(9))).Expect(Outcome.Alert(TlsAlert.IllegalParameter), Outcome.Closed),
        Probe.Named("record-size-limit-small", "RFC 8449 §4", "a record size limit below 64 is refused with illegal_parameter")
            .Needing(PeerFeatures.RecordSizeLimit).SendHello(hello => hello.With(RawExtension.RecordSizeLimit(10))).Expect(Outcome.Alert(TlsAlert.IllegalParameter), Outcome.Closed),
        Probe.Named("renegotiation-info", "RFC 5746 §3.6", "the first handshake of TLS 1.2 says that renegotiation is secure: an empty renegotiation_info")
            .Needing(PeerFeatures.Tls12).SendOldHello().Expect(Outcome.When("a ServerHello with an empty renegotiation_info", r => r.ServerHello is { } hello && hello.Extensions.TryGetValue(RenegotiationInfo, out ReadOnlyMemory<byte> info) && info.Span.SequenceEqual((ReadOnlySpan<byte>)[0]))),
        Probe.Named("renegotiation-info-scsv", "RFC 5746 §3.6", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV is as good as the extension")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello.Without(RenegotiationInfo) with { CipherSuites = new byte[][] { hello.CipherSuites.ToArray(), RawClientHello.Suites(0x00FF) }.SelectMany(b => b).ToArray() })
            .Expect(Outcome.When("a ServerHello with renegotiation_info", r => r.ServerHello?.Extensions.ContainsKey(RenegotiationInfo) == true)),
        Probe.Named("renegotiation-info-forged", "RFC 5746 §3.6", "a first handshake that claims to be a renegotiation is refused with handshake_failure")
            .Needing(PeerFeatures.Tls12).SendOldHello(hello => hello.With(RawExtension.RenegotiationInfo(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))).Expect(Outcome.Alert(TlsAlert.HandshakeFailure)),
    }.Select(probe => probe.In("extensions"));
}
