using NUnit.Framework;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>Servers that do not have the mandatory suite of TLS 1.3: probes that make encrypted records themselves take what there is.</summary>
[Parallelizable(ParallelScope.None)]
public sealed class SuiteTests
{
    private static readonly byte[] s_closeNotify = [1, 0];

    private const string NotKnown = "TLS_AES_128_CCM_SHA256";

    [TestCase("TLS_AES_256_GCM_SHA384")]
    [TestCase("TLS_CHACHA20_POLY1305_SHA256")]
    public async Task A_server_without_the_mandatory_suite_has_that_finding_and_no_other(string suite)
    {
        using var bench = new ProbeBench();
        using var server = new OurServer(bench, change: options => options with { CipherSuites = suite });
        IReadOnlyList<ProbeResult> results = await ProbeBench.RunAsync(bench.Target(server.Port, ProbeBench.Patient), probe => MakesRecords(probe) || probe.Area is "ciphers" or "groups" or "sessions");
        IEnumerable<ProbeResult> failed = results.Where(result => result.Verdict == ProbeVerdict.Failed);
        Assert.That(failed.Select(result => result.Probe.Name).Except(["cipher-empty"]), Is.EqualTo(["cipher-mandatory"]), string.Join('\n', failed.Select(result => $"{result.Probe.Name}: {result.Evidence}")));
        Assert.That(results.Where(result => MakesRecords(result.Probe)).Select(result => result.Verdict), Has.None.EqualTo(ProbeVerdict.NotApplicable).And.Exactly(21).Items);
    }

    [Test]
    public async Task Where_nobody_can_make_the_records_such_a_probe_is_not_applicable_and_says_why()
    {
        using var bench = new ProbeBench();
        using var server = new OurServer(bench, change: options => options with { CipherSuites = NotKnown });
        ProbeTarget target = bench.Target(server.Port, ProbeBench.Patient);
        target = target with { Client = target.Client with { CipherSuites = NotKnown } };
        IReadOnlyList<ProbeResult> results = await ProbeBench.RunAsync(target, probe => MakesRecords(probe) || probe.Name == "close-notify-13");
        foreach (ProbeResult result in results.Where(result => MakesRecords(result.Probe)))
        {
            Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.NotApplicable), result.Probe.Name);
            Assert.That(result.Evidence, Does.Contain("agrees on none of the suites for which it can: TLS_AES_128_GCM_SHA256"));
        }

        Assert.That(results.Single(result => !MakesRecords(result.Probe)).Verdict, Is.EqualTo(ProbeVerdict.Passed), "what needs no records of ours is asked all the same");
    }

    [Test]
    public async Task A_record_is_made_with_the_keys_of_its_own_connection_or_not_at_all()
    {
        using var bench = new ProbeBench();
        using var server = new OurServer(bench);
        ProbeTarget target = bench.Target(server.Port, ProbeBench.Patient);
        Probe one = Probe.Named("own", "RFC 8446 §5.2", "close_notify by hand is answered").Handshake(Probe.SealingProfile).SendSealed(TlsRecord.Alert, s_closeNotify).Expect(Outcome.CloseNotify).OnAnotherConnection();
        ProbeResult twice = await one.Handshake(Probe.SealingProfile).SendSealed(TlsRecord.Alert, s_closeNotify).Expect(Outcome.CloseNotify).RunAsync(target, (PeerFeatures)~0);
        Assert.That(twice.Verdict, Is.EqualTo(ProbeVerdict.Passed), twice.Evidence);
        Assert.That(async () => await one.Handshake(ClientProfile.Tls12).SendSealed(TlsRecord.Alert, s_closeNotify).RunAsync(target, (PeerFeatures)~0), Throws.TypeOf<ProbeException>());
    }

    private static bool MakesRecords(Probe probe) => probe.Steps.Any(step => step.Contains("encrypted record", StringComparison.Ordinal) || step == "replace our Finished");
}
