using System.Security.Cryptography;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Pre-shared keys between us and GnuTLS and Node.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class PreSharedKeyPeerTests(World world) : FeatureFixture(world)
{
    private const string Identity = "sensor7";
    private const string Suites = ":+PSK:+ECDHE-PSK:+DHE-PSK";

    private readonly TlsPreSharedKey _key = new(Identity, RandomNumberGenerator.GetBytes(32));
    private string Hexadecimal => Convert.ToHexString(_key.Key);

    [Test]
    public async Task Gnutls_cli_is_known_by_its_key()
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = GnutlsClient(server, Hexadecimal);
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nhello\n");
        TlsConnectionInfo info = (await server.OpenedAsync()).Info!;
        Assert.That((info.PreSharedKeyIdentity, info.Protocol, info.PeerSubject), Is.EqualTo((Identity, World.Protocol, (string?)null)));
    }

    [Test]
    public async Task Gnutls_cli_is_refused_with_another_key_of_the_same_name()
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = GnutlsClient(server, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError), outcome.ToString());
        Assert.That(outcome.AlertSent, Is.Not.Null, outcome.ToString());
        Assert.That(client.Output.Tail + client.Error.Tail, Does.Contain($"Received alert [{outcome.AlertSent}]"));
    }

    [Test]
    public async Task Gnutls_serv_knows_us_by_our_key()
    {
        await using ServerProgram server = await GnutlsServerAsync(Hexadecimal);
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client(options => options with { PreSharedKey = _key }));
        await FeatureBench.AssertEchoesAsync(stream, "hello");
        await server.Process.Output.WaitForTextAsync($"PSK authentication. Connected as '{Identity}'");
        TlsConnectionInfo info = stream.Connection.Info!;
        Assert.That((info.PreSharedKeyIdentity, info.Protocol, info.PeerSubject), Is.EqualTo((Identity, World.Protocol, (string?)null)));
    }

    [Test]
    public async Task Gnutls_serv_refuses_us_with_another_key_of_the_same_name()
    {
        await using ServerProgram server = await GnutlsServerAsync(Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        TlsContext client = Features.Client(options => options with { PreSharedKey = _key });
        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => Features.ConnectAsync(server, client)))!;
        Assert.That(refusal.Outcome.Reason, Is.EqualTo(CloseReason.ProtocolError), refusal.Outcome.ToString());
        Assert.That(refusal.Outcome.AlertReceived, Is.Not.Null, refusal.Outcome.ToString());
    }

    [Test]
    public async Task Node_is_known_by_its_key()
    {
        IgnoreUnlessNodeCan();
        FeatureServer server = Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Node, Features, server.Port, new ScriptSettings { Identity = Identity, PreSharedKey = Hexadecimal });
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        Assert.That((await server.OpenedAsync()).Info!.PreSharedKeyIdentity, Is.EqualTo(Identity));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Node_knows_us_by_our_key_and_nobody_by_another_name(bool known)
    {
        IgnoreUnlessNodeCan();
        await using ServerProgram server = await ScriptPeers.ServerAsync(Script.Node, Features, new ScriptSettings { Identity = known ? Identity : "sensor 8", PreSharedKey = Hexadecimal });
        TlsContext client = Features.Client(options => options with { PreSharedKey = _key });
        if (known)
        {
            await using TlsStream stream = await Features.ConnectAsync(server, client);
            await FeatureBench.AssertEchoesAsync(stream, "hello");
            Assert.That(stream.Connection.Info!.PreSharedKeyIdentity, Is.EqualTo(Identity));
            return;
        }

        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => Features.ConnectAsync(server, client)))!;
        const int UnknownIdentity = 115;
        Assert.That((refusal.Outcome.Reason, refusal.Outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, UnknownIdentity)), refusal.Outcome.ToString());
    }

    private void IgnoreUnlessNodeCan()
    {
        if (World.Protocol == TlsProtocol.Tls13) Assert.Ignore("Node has pre-shared keys of TLS 1.2 alone");
    }

    private FeatureServer Serve() => Features.Serve(options => options with { Certificate = null, FindPreSharedKey = identity => identity == Identity ? _key : null });

    private ExternalProcess GnutlsClient(FeatureServer server, string key) => ExternalProcess.StartLineBuffered(
        "gnutls-cli", GnutlsPeers.Package, GnutlsPeers.Priority(World, Suites), $"--pskusername={Identity}", $"--pskkey={key}", $"--port={server.Port}", "localhost");

    private Task<ServerProgram> GnutlsServerAsync(string key) =>
        GnutlsPeers.BareServerAsync(GnutlsPeers.Priority(World, Suites), $"--pskpasswd={Features.Write("keys.txt", $"{Identity}:{key}\n")}");
}
