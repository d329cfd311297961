using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Certificates by name (SNI, RFC 6066 §3) between us and GnuTLS, Python and Node.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ServerNamePeerTests(World world) : FeatureFixture(world)
{
    private const int UnrecognizedName = 112;

    // Only the right certificate passes their check of the name.
    [Test]
    public async Task A_script_finds_the_certificate_of_the_name_that_it_asks_for([Values] Script script, [Values("exact.test", "any.wild.test", "localhost")] string name)
    {
        FeatureServer server = Serve(UnknownServerName.UseDefault);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, new ScriptSettings { Name = name });
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        Assert.That((await server.OpenedAsync()).Info!.ServerName, Is.EqualTo(name));
    }

    [TestCase("exact.test")]
    [TestCase("any.wild.test")]
    [TestCase("localhost")]
    public async Task Gnutls_cli_finds_the_certificate_of_the_name_that_it_asks_for(string name)
    {
        FeatureServer server = Serve(UnknownServerName.UseDefault);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, $"--sni-hostname={name}", $"--verify-hostname={name}");
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nhello\n");
        Assert.That((await server.OpenedAsync()).Info!.ServerName, Is.EqualTo(name));
    }

    [TestCase(Script.Python, "unrecognized name")]
    [TestCase(Script.Node, "unrecognized name")]
    public async Task A_script_is_told_that_its_name_is_unknown(Script script, string words)
    {
        FeatureServer server = Serve(UnknownServerName.Refuse);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, new ScriptSettings { Name = "unknown.test" });
        await client.Output.WaitForTextAsync("fault ");
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Output.Tail, Does.Contain(words));
        await AssertRefusedAsync(server);
    }

    [Test]
    public async Task Gnutls_cli_is_told_that_its_name_is_unknown()
    {
        FeatureServer server = Serve(UnknownServerName.Refuse);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--sni-hostname=unknown.test");
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        Assert.That(client.Output.Tail + client.Error.Tail, Does.Contain($"Received alert [{UnrecognizedName}]"));
        await AssertRefusedAsync(server);
    }

    [Test]
    public async Task A_gnutls_cli_that_asks_for_no_name_gets_the_certificate_that_is_for_all()
    {
        FeatureServer server = Serve(UnknownServerName.Refuse);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--disable-sni");
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nhello\n");
        Assert.That((await server.OpenedAsync()).Info!.ServerName, Is.Null);
    }

    [Test]
    public async Task A_script_sees_the_name_that_we_ask_for([Values] Script script)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features, new ScriptSettings { Name = "localhost" });
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await FeatureBench.AssertEchoesAsync(stream, "hello");
        await server.Process.Output.WaitForTextAsync("name localhost\n");
    }

    [Test]
    public async Task Python_tells_us_that_it_does_not_know_the_name()
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(Script.Python, Features, new ScriptSettings { Name = "another" });
        await AssertToldAsync(server);
    }

    [Test]
    public async Task Gnutls_serv_tells_us_that_it_does_not_know_the_name()
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, "--sni-hostname=another", "--sni-hostname-fatal");
        await AssertToldAsync(server);
    }

    private async Task AssertToldAsync(ServerProgram server)
    {
        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => Features.ConnectAsync(server, Features.Client())))!;
        Assert.That((refusal.Outcome.Reason, refusal.Outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, UnrecognizedName)), refusal.Outcome.ToString());
    }

    private static async Task AssertRefusedAsync(FeatureServer server)
    {
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.ProtocolError, UnrecognizedName)), outcome.ToString());
    }

    private FeatureServer Serve(UnknownServerName unknown)
    {
        var named = new Dictionary<string, TlsCertificate>
        {
            ["exact.test"] = Features.Keep(Features.Root.Issue(["exact.test"]).Load()),
            ["*.wild.test"] = Features.Keep(Features.Root.Issue(["*.wild.test"]).Load()),
        };
        return Features.Serve(options => options with { NamedCertificates = named, UnknownServerName = unknown });
    }
}
