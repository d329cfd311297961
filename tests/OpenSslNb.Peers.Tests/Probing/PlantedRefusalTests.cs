using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>Servers that refuse in a way that is none, and those that cannot be probed.</summary>
public sealed class PlantedRefusalTests
{
    private const PeerFeatures Both = PeerFeatures.Tls12 | PeerFeatures.Tls13;

    private ProbeBench _bench = null!;

    [SetUp]
    public void Prepare() => _bench = new ProbeBench();

    [TearDown]
    public void CleanUp() => _bench.Dispose();

    [TestCase("record-changed-13")]
    [TestCase("record-changed-12")]
    [TestCase("record-missing-13")]
    [TestCase("record-missing-12")]
    [TestCase("record-forged-13")]
    [TestCase("record-forged-12")]
    [TestCase("change-cipher-spec-late")]
    public async Task One_that_answers_what_it_has_to_refuse_and_closes_in_good_order_fails(string name) =>
        await AssertAsync(new Manners { ServesAnything = true }, name, ProbeVerdict.Failed, "4 bytes of application data");

    [TestCase("record-repeated-13")]
    [TestCase("record-repeated-12")]
    public async Task One_that_passes_over_a_copy_and_closes_in_good_order_fails(string name) =>
        await AssertAsync(new Manners { Understands = PlantedRecords.WithoutCopies, EndsBehind = 28 }, name, ProbeVerdict.Failed, "close_notify");

    [TestCase("record-repeated-13")]
    [TestCase("record-repeated-12")]
    public async Task One_that_is_gone_before_it_can_read_a_copy_is_not_judged(string name) =>
        await AssertAsync(new Manners { ServesAnything = true }, name, ProbeVerdict.NotApplicable, "once it has answered the first copy");

    [TestCase("finished-changed-12")]
    [TestCase("record-oversized-12")]
    [TestCase("record-changed-12")]
    public async Task An_end_without_an_alert_is_not_enough_for_TLS_12(string name) =>
        await AssertAsync(new Manners { Failing = Manners.AfterFailure.SaysNothingAndCloses }, name, ProbeVerdict.Failed, "end of stream");

    [Test]
    public async Task What_a_deadline_interrupts_is_sent_all_the_same()
    {
        Probe probe = Probe.Named("own", "RFC 8446 §4.4.4", "a client that is slow to finish is served")
            .BeginHandshake(ClientProfile.Tls13).Deliver(Delivery.Slowly(10, TimeSpan.FromMilliseconds(400))).Expect(Outcome.Handshake).Deliver(Delivery.Whole).ExpectService();
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = _bench.Certificate });
        using PlantedServer server = Plant(context, new Manners());
        ProbeResult result = await probe.RunAsync(_bench.Target(server.Port, ProbeBench.Impatient), Both);
        Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.Passed), result.Evidence);
    }

    [TestCase(TlsProtocol.Tls12, "handshake_failure")]
    [TestCase(TlsProtocol.Tls13, "certificate_required")]
    public void One_that_demands_a_certificate_cannot_be_probed_without(TlsProtocol protocol, string alert)
    {
        var options = new TlsServerOptions { Certificate = _bench.Certificate, MinimumProtocol = protocol, MaximumProtocol = protocol, ClientTrust = TlsTrust.FromPem(_bench.Certificate.ExportCertificatePem()) };
        using TlsContext context = TlsContext.CreateServer(options);
        using PlantedServer server = Plant(context, new Manners());
        AssertCannotBeProbed(server, $"{alert}: the server demands a certificate of its client; give --cert");
    }

    [Test]
    public void One_that_speaks_HTTP_is_told_as_such()
    {
        using var server = new PlantedServer(async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellation);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancellation);
        });
        AssertCannotBeProbed(server, "it does not speak TLS but answers with 'HTTP/1.1 400 Bad Request'");
    }

    [Test]
    public async Task One_that_knows_nothing_of_fallbacks_is_tolerated()
    {
        // A version that it does not know to be less than its best.
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = _bench.Certificate, MaximumProtocol = TlsProtocol.Tls12 });
        using PlantedServer server = Plant(context, new Manners());
        ProbeResult result = await ProbeBench.Find("version-fallback").RunAsync(_bench.Target(server.Port, ProbeBench.Patient), Both);
        Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.Tolerated), result.Evidence);
    }

    [Test]
    public async Task Nobody_there_for_another_client_is_gone()
    {
        var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        ProbeResult result = await Probe.Named("own", "RFC 5246 §F.5", "others are served").ExpectOthersServed().RunAsync(_bench.Target(port, ProbeBench.Patient), Both);
        Assert.That((result.Verdict, result.IsGone), Is.EqualTo((ProbeVerdict.Failed, true)), result.Evidence);
    }

    [Test]
    public async Task An_answer_from_before_is_no_answer()
    {
        Probe probe = Probe.Named("own", "RFC 8446 §6.2", "an end behind a greeting is one without an answer").Handshake(ClientProfile.Tls13).Expect(Outcome.ApplicationData).EndSending().Expect(Outcome.Alert(TlsAlert.DecodeError), Outcome.Closed);
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = _bench.Certificate });
        using PlantedServer server = Plant(context, new Manners { Greets = true });
        ProbeResult result = await probe.RunAsync(_bench.Target(server.Port, ProbeBench.Patient), Both);
        Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.Tolerated), result.Evidence);
    }

    private void AssertCannotBeProbed(PlantedServer server, string why) =>
        Assert.That(async () => await ProbeBattery.DiscoverAsync(_bench.Target(server.Port, ProbeBench.Patient)), Throws.TypeOf<ProbeException>().With.Message.Contains("cannot be probed: ").And.Message.Contains(why));

    private static PlantedServer Plant(TlsContext context, Manners manners) => new((Socket socket, CancellationToken cancellation) => manners.ServeAsync(context, socket, cancellation));

    private async Task AssertAsync(Manners manners, string name, ProbeVerdict verdict, string evidence)
    {
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = _bench.Certificate });
        using PlantedServer server = Plant(context, manners);
        ProbeResult result = await ProbeBench.Find(name).RunAsync(_bench.Target(server.Port, ProbeBench.Patient), Both);
        Assert.That(result.Verdict, Is.EqualTo(verdict), $"{name}: {result.Evidence}");
        Assert.That(result.Evidence, Does.Contain(evidence), name);
    }
}
