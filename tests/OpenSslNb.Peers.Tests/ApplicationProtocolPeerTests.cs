using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Application protocols (ALPN, RFC 7301) between us and GnuTLS, Python and Node.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ApplicationProtocolPeerTests(World world) : FeatureFixture(world)
{
    private const int NoApplicationProtocol = 120;

    [Test]
    public async Task A_script_gets_what_we_prefer_of_what_it_offers([Values] Script script)
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, new ScriptSettings { Protocols = ["other", "http/1.1", "h2"] });
        await client.Output.WaitForTextAsync("alpn h2\n");
        Assert.That((await server.OpenedAsync()).Info!.ApplicationProtocol, Is.EqualTo("h2"));
    }

    [Test]
    public async Task Gnutls_cli_gets_what_we_prefer_of_what_it_offers()
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--alpn=other", "--alpn=http/1.1", "--alpn=h2");
        await client.Output.WaitForTextAsync("- Application protocol: h2\n");
        Assert.That((await server.OpenedAsync()).Info!.ApplicationProtocol, Is.EqualTo("h2"));
    }

    [Test]
    public async Task A_script_that_speaks_nothing_of_ours_is_told_so([Values] Script script)
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, new ScriptSettings { Protocols = ["other"] });
        await client.Output.WaitForTextAsync("fault ");
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Output.Tail.ToUpperInvariant(), Does.Contain("NO APPLICATION PROTOCOL").Or.Contain($"ALERT NUMBER {NoApplicationProtocol}"));
        await AssertRefusedAsync(server);
    }

    [Test]
    public async Task Gnutls_cli_that_speaks_nothing_of_ours_is_told_so()
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--alpn=other");
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        Assert.That(client.Output.Tail + client.Error.Tail, Does.Contain($"Received alert [{NoApplicationProtocol}]"));
        await AssertRefusedAsync(server);
    }

    [Test]
    public async Task A_script_goes_on_without_where_we_ignore_that([Values] Script script)
    {
        FeatureServer server = Serve(ApplicationProtocolMismatch.Ignore);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, new ScriptSettings { Protocols = ["other"] });
        await client.Output.WaitForTextAsync("alpn none\n");
        Assert.That((await server.OpenedAsync()).Info!.ApplicationProtocol, Is.Null);
    }

    [Test]
    public async Task A_script_chooses_of_what_we_offer([Values] Script script)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features, new ScriptSettings { Protocols = ["http/1.1"] });
        await AssertAgreesAsync(server);
        await server.Process.Output.WaitForTextAsync("alpn http/1.1\n");
    }

    [Test]
    public async Task Gnutls_serv_chooses_of_what_we_offer()
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, "--alpn=http/1.1", "--alpn-fatal");
        await AssertAgreesAsync(server);
        await server.Process.Output.WaitForTextAsync("- Application protocol: http/1.1\n");
    }

    [Test]
    public async Task Gnutls_serv_tells_us_that_it_speaks_nothing_of_ours()
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, "--alpn=other", "--alpn-fatal");
        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => Features.ConnectAsync(server, Client())))!;
        Assert.That((refusal.Outcome.Reason, refusal.Outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, NoApplicationProtocol)), refusal.Outcome.ToString());
    }

    private async Task AssertAgreesAsync(ServerProgram server)
    {
        await using TlsStream stream = await Features.ConnectAsync(server, Client());
        await FeatureBench.AssertEchoesAsync(stream, "hello");
        Assert.That(stream.Connection.Info!.ApplicationProtocol, Is.EqualTo("http/1.1"));
    }

    private static async Task AssertRefusedAsync(FeatureServer server)
    {
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.ProtocolError, NoApplicationProtocol)), outcome.ToString());
    }

    private TlsContext Client() => Features.Client(options => options with { ApplicationProtocols = ["h2", "http/1.1"] });

    private FeatureServer Serve(ApplicationProtocolMismatch mismatch = ApplicationProtocolMismatch.Refuse) =>
        Features.Serve(options => options with { ApplicationProtocols = ["h2", "http/1.1"], ApplicationProtocolMismatch = mismatch });
}
