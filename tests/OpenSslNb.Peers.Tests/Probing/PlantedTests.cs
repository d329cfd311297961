using System.Collections.Concurrent;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>Servers with planted faults: the probes that are about them fail, and where a server has none they pass.</summary>
public sealed class PlantedTests
{
    private const PeerFeatures Everything = PeerFeatures.Tls12 | PeerFeatures.Tls13 | PeerFeatures.Sessions12 | PeerFeatures.Tickets13 | PeerFeatures.ApplicationProtocols | PeerFeatures.MaximumFragmentLength | PeerFeatures.RecordSizeLimit | PeerFeatures.SealableSuite;

    // What a server does that fails inside a connection.
    private static readonly string[] s_refusals = ["record-changed-13", "record-changed-12", "key-update-wrong", "finished-wrong-13", "cipher-none-in-common", "record-unknown-type"];

    private ProbeBench _bench = null!;
    private TlsContext _context = null!;

    [SetUp]
    public void Prepare()
    {
        _bench = new ProbeBench();
        _context = TlsContext.CreateServer(new TlsServerOptions { Certificate = _bench.Certificate });
    }

    [TearDown]
    public void CleanUp()
    {
        _context.Dispose();
        _bench.Dispose();
    }

    [Test]
    public async Task Without_a_fault_all_of_these_pass()
    {
        using PlantedServer server = Plant(new Manners());
        foreach (string name in (string[])[.. s_refusals, "close-notify-13", "half-close", "truncated-hello", "fragment-13", "segments-12", "key-update-answered", "slow-hello", "slow-handshake", "slow-client"]) await AssertAsync(server, name, ProbeVerdict.Passed);
    }

    [Test]
    public async Task One_that_closes_without_an_alert_is_tolerated_where_alerts_are_advice_and_fails_where_they_are_not()
    {
        using PlantedServer server = Plant(new Manners { Failing = Manners.AfterFailure.SaysNothingAndCloses });
        foreach (string name in s_refusals.Where(name => name != "record-changed-12")) await AssertAsync(server, name, ProbeVerdict.Tolerated, "end of stream");
        await AssertAsync(server, "cipher-none-in-common-12", ProbeVerdict.Failed, "end of stream");
    }

    [Test]
    public async Task One_that_ignores_a_record_with_a_wrong_tag_fails()
    {
        using PlantedServer server = Plant(new Manners { Failing = Manners.AfterFailure.SaysNothingAndWaits });
        foreach (string name in (string[])["record-changed-13", "record-changed-12"]) await AssertAsync(server, name, ProbeVerdict.Failed, "silence", ProbeBench.Impatient);
    }

    [Test]
    public async Task One_that_sends_an_alert_and_keeps_the_connection_fails()
    {
        using PlantedServer server = Plant(new Manners { Failing = Manners.AfterFailure.SendsAndWaits });
        await AssertAsync(server, "record-changed-13", ProbeVerdict.Failed, "bad_record_mac; then silence", ProbeBench.Impatient);
    }

    [Test]
    public async Task There_is_no_probe_that_cannot_fail()
    {
        using PlantedServer deaf = Plant(new Manners { IsDeafAfterHandshake = true, SeesEndOfStream = false, Failing = Manners.AfterFailure.SaysNothingAndWaits });
        using var alerting = new PlantedServer(AlertAsync);
        using var agreeing = new PlantedServer(AgreeAsync);
        using var mute = new PlantedServer((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        var failed = new ConcurrentDictionary<string, ProbeVerdict>();
        IEnumerable<(PlantedServer Server, Probe Probe)> all = from server in (PlantedServer[])[deaf, alerting, agreeing, mute] from probe in ProbeBattery.All select (server, probe);
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = ProbeBattery.All.Count }, async (one, cancellation) =>
        {
            ProbeResult result = await one.Probe.RunAsync(_bench.Target(one.Server.Port, ProbeBench.Impatient), Everything, cancellation);
            if (result.Verdict == ProbeVerdict.Failed) failed[one.Probe.Name] = result.Verdict;
        });
        Assert.That(ProbeBattery.All.Select(probe => probe.Name).Where(name => !failed.ContainsKey(name)), Is.Empty);
    }

    [Test]
    public async Task One_that_answers_everything_with_the_same_alert_fails()
    {
        using var server = new PlantedServer(AlertAsync);
        foreach (string name in (string[])["version-11-refused", "version-fallback", "cipher-none-in-common", "cipher-odd", "cipher-grease", "hello-without-shares", "hello-psk-not-last", "alpn-none-in-common", "renegotiation-info-forged", "record-unknown-type", "record-oversized-hello", "version-13"]) await AssertAsync(server, name, ProbeVerdict.Failed, "internal_error");
    }

    [TestCase("version-11-refused")]
    [TestCase("version-10-refused")]
    [TestCase("version-ssl3-refused")]
    [TestCase("version-unknown-only")]
    [TestCase("version-future")]
    [TestCase("version-both")]
    [TestCase("version-downgrade-sentinel")]
    [TestCase("cipher-none-in-common")]
    [TestCase("cipher-null-refused")]
    [TestCase("cipher-rc4-refused")]
    [TestCase("cipher-empty")]
    [TestCase("cipher-odd")]
    [TestCase("compression-offered-13")]
    [TestCase("compression-without-null")]
    [TestCase("group-retry")]
    [TestCase("group-none-in-common")]
    [TestCase("group-share-short")]
    [TestCase("group-share-zero")]
    [TestCase("group-share-off-curve")]
    [TestCase("hello-extension-twice")]
    [TestCase("hello-extension-overrun")]
    [TestCase("hello-trailing")]
    [TestCase("hello-session-id-long")]
    [TestCase("hello-without-signatures")]
    [TestCase("hello-without-groups")]
    [TestCase("hello-psk-without-modes")]
    [TestCase("hello-psk-not-last")]
    [TestCase("hello-session-id-echoed")]
    [TestCase("alpn-none-in-common")]
    [TestCase("alpn-empty-name")]
    [TestCase("fragment-length-wrong")]
    [TestCase("record-size-limit-small")]
    [TestCase("renegotiation-info")]
    [TestCase("renegotiation-info-scsv")]
    [TestCase("renegotiation-info-forged")]
    public async Task One_that_agrees_to_everything_fails(string name)
    {
        using var server = new PlantedServer(AgreeAsync);
        await AssertAsync(server, name, ProbeVerdict.Failed, "ServerHello");
    }

    [Test]
    public async Task One_that_talks_something_else_fails()
    {
        using var server = new PlantedServer(async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellation);
            await socket.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), cancellation);
        });
        await AssertAsync(server, "cipher-grease", ProbeVerdict.Failed, "no TLS but");
        await AssertAsync(server, "plain-text", ProbeVerdict.Tolerated, "no TLS but");
        Assert.That(async () => await ProbeBattery.DiscoverAsync(_bench.Target(server.Port, ProbeBench.Patient)), Throws.TypeOf<ProbeException>().With.Message.Contains("cannot be probed"));
    }

    [Test]
    public async Task One_that_takes_a_read_for_a_record_fails()
    {
        const int Header = 5;
        var manners = new Manners { Understands = bytes => bytes.Length >= Header && ((bytes[3] << 8) | bytes[4]) + Header <= bytes.Length ? bytes : null };
        using PlantedServer server = Plant(manners);
        await AssertAsync(server, "slow-hello", ProbeVerdict.Tolerated);
        using PlantedServer smallReads = Plant(new Manners { Understands = manners.Understands, ReadSize = 100 });
        foreach (string name in (string[])["segments-13", "segments-12"]) await AssertAsync(smallReads, name, ProbeVerdict.Failed);
        await AssertAsync(smallReads, "slow-bytes", ProbeVerdict.Tolerated);
    }

    [Test]
    public async Task One_that_wants_a_hello_in_one_record_fails()
    {
        using PlantedServer server = Plant(new Manners { Understands = bytes => bytes is [22, _, _, 0, < 40, ..] ? null : bytes });
        foreach (string name in (string[])["fragment-13", "fragment-12"]) await AssertAsync(server, name, ProbeVerdict.Failed);
    }

    [Test]
    public async Task One_that_does_not_answer_close_notify_fails()
    {
        using PlantedServer server = Plant(new Manners { AnswersCloseNotify = false });
        foreach (string name in (string[])["close-notify-13", "close-notify-12", "half-close"]) await AssertAsync(server, name, ProbeVerdict.Failed, "end of stream");
    }

    [Test]
    public async Task One_that_waits_for_a_client_that_is_gone_fails()
    {
        using PlantedServer server = Plant(new Manners { SeesEndOfStream = false });
        foreach (string name in (string[])["truncated-hello", "close-without-notify"]) await AssertAsync(server, name, ProbeVerdict.Failed, "silence", ProbeBench.Impatient);
    }

    [Test]
    public async Task One_that_does_one_thing_after_the_other_fails()
    {
        using PlantedServer server = Plant(new Manners(), oneAtATime: true);
        foreach (string name in (string[])["slow-hello", "slow-client"]) await AssertAsync(server, name, ProbeVerdict.Failed, "another client is not served", ProbeBench.Impatient);
    }

    [TestCase(false, ProbeVerdict.Failed, "silence")]
    [TestCase(true, ProbeVerdict.Tolerated, "should be")]
    public async Task One_that_forgets_a_slow_client_fails_and_one_that_gives_it_up_is_tolerated(bool givesUp, ProbeVerdict verdict, string evidence)
    {
        // Its ClientHello is heard, and what comes after that of the first client alone is not.
        var forgetful = new Manners { HearsReads = 1, GivesUp = givesUp };
        var good = new Manners();
        int clients = 0;
        using var server = new PlantedServer((socket, cancellation) => (Interlocked.Increment(ref clients) == 1 ? forgetful : good).ServeAsync(_context, socket, cancellation));
        await AssertAsync(server, "slow-handshake", verdict, evidence, givesUp ? ProbeBench.Patient : ProbeBench.Impatient);
    }

    [TestCase("truncated-hello")]
    [TestCase("truncated-record")]
    [TestCase("reset-in-handshake")]
    [TestCase("reset-established")]
    public async Task One_that_does_not_outlive_its_client_fails(string name)
    {
        var manners = new Manners();
        using var server = new PlantedServer((socket, cancellation) => manners.ServeAsync(_context, socket, cancellation), endsAfter: _ => true);
        await AssertAsync(server, name, ProbeVerdict.Failed, "another client is not served");
    }

    [Test]
    public async Task One_that_leaves_out_its_answer_to_a_key_update_fails()
    {
        using PlantedServer server = Plant(new Manners { Says = PlantedRecords.WithoutKeyUpdates });
        await AssertAsync(server, "key-update-answered", ProbeVerdict.Failed);
    }

    private PlantedServer Plant(Manners manners, bool oneAtATime = false) => new((socket, cancellation) => manners.ServeAsync(_context, socket, cancellation), oneAtATime);

    private static async Task AlertAsync(Socket socket, CancellationToken cancellation)
    {
        await socket.ReceiveAsync(new byte[64 * 1024], cancellation);
        await socket.SendAsync(new byte[] { 21, 3, 3, 0, 2, 2, 80 }, cancellation);
    }

    // A ServerHello with whatever version the client says, and nothing else that would be right.
    private static async Task AgreeAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] hello = new byte[64 * 1024];
        await socket.ReceiveAsync(hello, cancellation);
        byte[] body = [hello[9], hello[10], .. new byte[32], 0, 0xC0, 0x2B, 0];
        if (body[1] == 5) body[1] = 4;
        byte[] message = [2, 0, 0, (byte)body.Length, .. body];
        await socket.SendAsync((byte[])[22, 3, 3, 0, (byte)message.Length, .. message], cancellation);
        await socket.ReceiveAsync(hello, cancellation);
    }

    private async Task AssertAsync(PlantedServer server, string name, ProbeVerdict verdict, string evidence = "", TimeSpan? timeout = null)
    {
        ProbeResult result = await ProbeBench.Find(name).RunAsync(_bench.Target(server.Port, timeout ?? ProbeBench.Patient), Everything);
        Assert.That(result.Verdict, Is.EqualTo(verdict), $"{name}: {result.Evidence}");
        Assert.That(result.Evidence, Does.Contain(evidence), name);
    }
}
