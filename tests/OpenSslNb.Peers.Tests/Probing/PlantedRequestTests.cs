using System.Collections.Concurrent;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>Servers of other protocols than HTTP: whatever is sent to be answered is the target's request.</summary>
public sealed class PlantedRequestTests
{
    private const PeerFeatures Everything = (PeerFeatures)~0;

    private static readonly byte[] s_ping = [.. "PING 123456\r\n"u8];

    private ProbeBench _bench = null!;

    [SetUp]
    public void Prepare() => _bench = new ProbeBench();

    [TearDown]
    public void CleanUp() => _bench.Dispose();

    [Test]
    public async Task Whatever_is_asked_for_an_answer_is_the_request()
    {
        var heard = new ConcurrentQueue<string>();
        using TlsContext context = Context();
        using PlantedServer server = Plant(context, new Manners { Hears = heard.Enqueue });
        foreach (Probe probe in ProbeBattery.All)
        {
            heard.Clear();
            ProbeResult result = await probe.RunAsync(_bench.Target(server.Port, ProbeBench.Impatient) with { Request = s_ping }, Everything);
            Assert.That(heard, Has.None.Contains("GET"), $"{probe.Name}: {result.Evidence}");
        }
    }

    [TestCase("record-largest", 16384)]
    [TestCase("record-padded", 13)]
    [TestCase("record-empty-data", 13)]
    [TestCase("early-data", 13)]
    [TestCase("record-missing-12", 0)]
    [TestCase("record-repeated-13", 11)]
    public async Task The_request_is_what_the_server_hears(string name, int count)
    {
        var heard = new ConcurrentQueue<string>();
        using TlsContext context = Context();
        using PlantedServer server = Plant(context, new Manners { Hears = heard.Enqueue });
        ProbeResult result = await ProbeBench.Find(name).RunAsync(_bench.Target(server.Port, ProbeBench.Patient) with { Request = s_ping }, Everything);
        Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.Passed), result.Evidence);
        Assert.That(string.Concat(heard), Has.Length.AtLeast(count).And.StartsWith(count == 0 ? "" : "PING 123456"[..Math.Min(count, 11)]));
        Assert.That(string.Concat(heard).Replace("PING 123456", "", StringComparison.Ordinal).Trim('\r', '\n'), Has.Length.LessThan(11), "and nothing else");
    }

    [Test]
    public async Task A_request_without_TLS_is_the_request()
    {
        string heard = "";
        using var server = new PlantedServer(async (socket, cancellation) =>
        {
            byte[] bytes = new byte[4096];
            heard = Encoding.ASCII.GetString(bytes, 0, await socket.ReceiveAsync(bytes, cancellation));
        });
        await ProbeBench.Find("plain-text").RunAsync(_bench.Target(server.Port, ProbeBench.Patient) with { Request = s_ping }, Everything);
        Assert.That(heard, Is.EqualTo(Encoding.ASCII.GetString(s_ping)));
    }

    [Test]
    public async Task A_request_that_is_longer_than_a_record_comes_in_several()
    {
        byte[] request = [.. Enumerable.Range(0, 40_000).Select(i => (byte)('a' + (i % 26)))];
        var heard = new ConcurrentQueue<string>();
        using TlsContext context = Context();
        using PlantedServer server = Plant(context, new Manners { Hears = heard.Enqueue });
        foreach (string name in (string[])["record-padded", "record-empty-data", "close-notify-13", "half-close"])
        {
            heard.Clear();
            ProbeResult result = await ProbeBench.Find(name).RunAsync(_bench.Target(server.Port, ProbeBench.Patient) with { Request = request }, Everything);
            Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.Passed), $"{name}: {result.Evidence}");
            if (name.StartsWith("record", StringComparison.Ordinal)) Assert.That(string.Concat(heard), Does.StartWith(Encoding.ASCII.GetString(request, 0, 10_000)));
        }
    }

    [Test]
    public void A_request_is_not_empty() => Assert.That(() => _bench.Target(1, ProbeBench.Patient) with { Request = default }, Throws.ArgumentException);

    private TlsContext Context() => TlsContext.CreateServer(new TlsServerOptions { Certificate = _bench.Certificate, MaximumEarlyData = 16 * 1024 });

    private static PlantedServer Plant(TlsContext context, Manners manners) => new((socket, cancellation) => manners.ServeAsync(context, socket, cancellation));
}
