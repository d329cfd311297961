using OpenSslNb.OpenSsl;

namespace OpenSslNb.Simulation.Probing;

/// <summary>The probes that come with the product, and what a peer has to be asked before any probe.</summary>
public static class ProbeBattery
{
    private const byte CertificateRequired = 116;
    private const string WhomToTrust = "--ca FILE says whom to trust, which may be the server's own certificate, --server-name NAME what it is called there; --dangerously-accept-any-certificate verifies nothing";

    private static readonly (PeerFeatures Feature, Func<RawClientHello, RawClientHello> Change, Func<ServerHelloFacts, bool> Shows)[] s_extensions =
    [
        (PeerFeatures.MaximumFragmentLength, hello => hello.With(RawExtension.MaximumFragmentLength(1)), hello => hello.Extensions.ContainsKey(1)),
        (PeerFeatures.RecordSizeLimit, hello => hello.With(RawExtension.RecordSizeLimit(1024)), hello => hello.Extensions.ContainsKey(28)),
    ];

    /// <summary>All of them, by area.</summary>
    public static IReadOnlyList<Probe> All { get; } =
    [
        .. VersionProbes.All, .. CipherProbes.All, .. GroupProbes.All, .. HelloProbes.All, .. ExtensionProbes.All, .. SessionProbes.All, .. KeyProbes.All, .. RecordProbes.All, .. MutationProbes.All, .. ClosureProbes.All, .. PatienceProbes.All,
    ];

    /// <summary>Finds out what a peer has: some ordinary handshakes.</summary>
    /// <exception cref="ProbeException">It cannot be reached, does not speak TLS 1.2 or 1.3, or its certificate is not acceptable; the message says which.</exception>
    public static async Task<PeerFeatures> DiscoverAsync(ProbeTarget target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        PeerFeatures features = PeerFeatures.None;
        (bool Is12, bool IsRefused12, string Why12) = await TryAsync(target, SessionProbes.Client12, PeerFeatures.Sessions12, f => features |= f, cancellation);
        (bool Is13, bool IsRefused13, string Why13) = await TryAsync(target, SessionProbes.Client13, PeerFeatures.Tickets13, f => features |= f, cancellation);

        // A server of TLS 1.3 refuses a client behind a handshake that the client has ended. One version alone that does so is a finding; the probes say which.
        bool isPossible = (Is12 && !IsRefused12) || (Is13 && !IsRefused13);
        if (!isPossible) throw new ProbeException($"{target} cannot be probed: {Why13}{(Why12 == Why13 ? "" : $"; with TLS 1.2: {Why12}")}");
        features |= (Is12 ? PeerFeatures.Tls12 : 0) | (Is13 ? PeerFeatures.Tls13 : 0);
        if (Is13 && !features.HasFlag(PeerFeatures.SealableSuite)) await TryAsync(target, Probe.SealingProfile, PeerFeatures.None, f => features |= f, cancellation);
        if (await SelectsProtocolAsync(target, cancellation)) features |= PeerFeatures.ApplicationProtocols;
        foreach ((PeerFeatures feature, Func<RawClientHello, RawClientHello> change, Func<ServerHelloFacts, bool> shows) in Is12 ? s_extensions : [])
        {
            ProbeResult result = await Probe.Named("ask", "discovery", "an extension is answered").SendOldHello(change).Expect(Outcome.When("the extension", r => r.ServerHello is { } hello && shows(hello))).RunAsync(target, features, cancellation);
            if (result.Verdict == ProbeVerdict.Passed) features |= feature;
        }

        return features;
    }

    private static async Task<(bool IsMade, bool IsRefused, string Why)> TryAsync(ProbeTarget target, ClientProfile profile, PeerFeatures sessions, Action<PeerFeatures> note, CancellationToken cancellation)
    {
        using var run = new ProbeRun(target);

        // To its end, since tickets come behind the handshake.
        await run.VisitAsync(profile, cancellation);
        if (run.SessionsOf(profile) > 0) note(sessions);
        if (SealingSuite.Find(run.Last?.Info?.CipherSuite) is not null) note(PeerFeatures.SealableSuite);
        return (run.Last?.Info is not null, run.Last?.Error is not null, Why(target, run));
    }

    private static string Why(ProbeTarget target, ProbeRun run)
    {
        if (run.Last is not { } seen) return run.Evidence;
        if (seen.NoRecords is { } text) return $"it does not speak TLS but answers with {text}";
        if (seen.Refusal?.StartsWith(nameof(CloseReason.VerificationFailed), StringComparison.Ordinal) == true) return $"{seen.Refusal}; {WhomToTrust}";
        if (seen.Error is not { } alert) return seen.Refusal ?? run.Evidence;
        bool wantsCertificate = target.Client.Certificate is null && (alert.Description == CertificateRequired || seen.Messages.Contains("CertificateRequest"));
        return wantsCertificate ? $"{MessageNames.Alert(alert.Description)}: the server demands a certificate of its client; give --cert" : seen.Refusal ?? run.Evidence;
    }

    private static async Task<bool> SelectsProtocolAsync(ProbeTarget target, CancellationToken cancellation)
    {
        ProbeResult result = await Probe.Named("ask", "discovery", "a protocol is selected").Handshake(ExtensionProbes.WithProtocols).Check(Outcome.When("a protocol", r => r.Info?.ApplicationProtocol is not null)).RunAsync(target, PeerFeatures.None, cancellation);
        return result.Verdict == ProbeVerdict.Passed;
    }
}
