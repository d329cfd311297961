using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Clients of others that show us a certificate, none or a wrong one.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ClientCertificatePeerTests(World world) : FeatureFixture(world)
{
    private const int UnknownAuthority = 48;

    // None of ours: TLS 1.2 has no alert for it (handshake_failure).
    private int CertificateRequired => World.Protocol == TlsProtocol.Tls12 ? 40 : 116;

    [Test]
    public async Task A_script_is_let_in_with_its_certificate([Values] Script script, [Values] bool optional)
    {
        FeatureServer server = Serve(optional);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, With(Features.Root.Issue(["client"])));
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        Assert.That((await server.OpenedAsync()).Info!.PeerSubject, Is.EqualTo("/CN=issued"));
    }

    [Test]
    public async Task A_script_is_let_in_without_where_that_is_optional([Values] Script script)
    {
        FeatureServer server = Serve(optional: true);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port);
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        Assert.That((await server.OpenedAsync()).Info!.PeerSubject, Is.Null);
    }

    [Test]
    public async Task A_script_without_one_is_told_that_it_needs_one([Values] Script script)
    {
        FeatureServer server = Serve(optional: false);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port);
        await client.Output.WaitForTextAsync("fault ");
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        AssertSays(client, World.Version("handshake failure", "certificate required"));
        await AssertMissedAsync(server);
    }

    [Test]
    public async Task A_script_with_one_of_an_authority_that_we_do_not_know_is_told_so([Values] Script script, [Values] bool optional)
    {
        FeatureServer server = Serve(optional);
        using var stranger = new TestAuthority("stranger");
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, With(stranger.Issue(["client"])));
        await client.Output.WaitForTextAsync("fault ");
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        AssertSays(client, "unknown ca");
        await AssertRefusedAsync(server, UnknownAuthority);
    }

    [Test]
    public async Task Gnutls_cli_is_let_in_with_its_certificate()
    {
        FeatureServer server = Serve(optional: false);
        await using ExternalProcess client = GnutlsClient(server, Features.Root.Issue(["client"]));
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nhello\n");
        await client.Output.WaitForTextAsync("Successfully sent 1 certificate(s) to server.");
        Assert.That((await server.OpenedAsync()).Info!.PeerSubject, Is.EqualTo("/CN=issued"));
    }

    [Test]
    public async Task Gnutls_cli_is_let_in_without_where_that_is_optional()
    {
        FeatureServer server = Serve(optional: true);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port);
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nhello\n");
        Assert.That((await server.OpenedAsync()).Info!.PeerSubject, Is.Null);
    }

    [Test]
    public async Task Gnutls_cli_without_one_is_told_that_it_needs_one()
    {
        FeatureServer server = Serve(optional: false);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port);
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        AssertSays(client, $"Received alert [{CertificateRequired}]");
        await AssertMissedAsync(server);
    }

    [Test]
    public async Task Gnutls_cli_with_one_of_an_authority_that_we_do_not_know_is_told_so()
    {
        FeatureServer server = Serve(optional: false);
        using var stranger = new TestAuthority("stranger");
        await using ExternalProcess client = GnutlsClient(server, stranger.Issue(["client"]));
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        AssertSays(client, $"Received alert [{UnknownAuthority}]");
        await AssertRefusedAsync(server, UnknownAuthority);
    }

    private static void AssertSays(ExternalProcess client, string words) =>
        Assert.That((client.Output.Tail + client.Error.Tail).Replace('_', ' '), Does.Contain(words).IgnoreCase);

    private async Task AssertMissedAsync(FeatureServer server)
    {
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.ProtocolError, CertificateRequired)), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain("peer did not return a certificate"));
    }

    private static async Task AssertRefusedAsync(FeatureServer server, int alert)
    {
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, alert)), outcome.ToString());
    }

    private FeatureServer Serve(bool optional) => Features.Serve(options => options with { ClientTrust = Features.Root.Trust, ClientCertificateIsOptional = optional });

    private ScriptSettings With(IssuedCertificate pair)
    {
        (string certificate, string key) = Features.WritePair("client", pair);
        return new ScriptSettings { Certificate = certificate, Key = key };
    }

    private ExternalProcess GnutlsClient(FeatureServer server, IssuedCertificate pair)
    {
        (string certificate, string key) = Features.WritePair("client", pair);
        return GnutlsPeers.Client(Features, server.Port, $"--x509certfile={certificate}", $"--x509keyfile={key}");
    }
}
