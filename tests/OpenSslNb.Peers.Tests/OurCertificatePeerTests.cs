using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Servers of others that want a certificate of our client, which shows one, none or a wrong one.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class OurCertificatePeerTests(World world) : FeatureFixture(world)
{
    private const int UnknownAuthority = 48;
    private const int AccessDenied = 49;

    private int CertificateRequired => World.Protocol == TlsProtocol.Tls12 ? 40 : 116;

    [Test]
    public async Task A_script_lets_us_in_with_our_certificate([Values] Script script, [Values("optional", "required")] string demand)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features, new ScriptSettings { ClientCertificates = demand });
        await using TlsStream stream = await Features.ConnectAsync(server, Client(Features.Root.Issue(["client"])));
        await FeatureBench.AssertEchoesAsync(stream, "hello");
        await server.Process.Output.WaitForTextAsync("client issued\n");
    }

    [Test]
    public async Task A_script_asks_us_in_vain_where_that_is_optional([Values] Script script)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features, new ScriptSettings { ClientCertificates = "optional" });
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await FeatureBench.AssertEchoesAsync(stream, "hello");
        await server.Process.Output.WaitForTextAsync("client none\n");
    }

    [Test]
    public async Task A_script_tells_us_that_we_need_one([Values] Script script)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features, new ScriptSettings { ClientCertificates = "required" });
        AssertTold(await Features.RefusalAsync(server, Features.Client()), CertificateRequired);
    }

    // Node lets OpenSSL go on and ends the connection itself, without an alert.
    [TestCase("optional")]
    [TestCase("required")]
    public async Task Python_tells_us_that_it_does_not_know_our_authority(string demand)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(Script.Python, Features, new ScriptSettings { ClientCertificates = demand });
        using var stranger = new TestAuthority("stranger");
        AssertTold(await Features.RefusalAsync(server, Client(stranger.Issue(["client"]))), UnknownAuthority);
    }

    [Test]
    public async Task Gnutls_serv_lets_us_in_with_our_certificate()
    {
        await using ServerProgram server = await GnutlsServerAsync();
        await using TlsStream stream = await Features.ConnectAsync(server, Client(Features.Root.Issue(["client"])));
        await FeatureBench.AssertEchoesAsync(stream, "hello");
        await server.Process.Output.WaitForTextAsync("Subject: CN=issued\n");
    }

    [Test]
    public async Task Gnutls_serv_tells_us_that_we_need_one()
    {
        await using ServerProgram server = await GnutlsServerAsync();

        // To whatever client: of TLS 1.2 it says decode_error.
        AssertTold(await Features.RefusalAsync(server, Features.Client()), World.Protocol == TlsProtocol.Tls12 ? 50 : CertificateRequired);
    }

    [Test]
    public async Task Gnutls_serv_denies_us_access_with_one_of_an_authority_that_it_does_not_know()
    {
        await using ServerProgram server = await GnutlsServerAsync();
        using var stranger = new TestAuthority("stranger");
        AssertTold(await Features.RefusalAsync(server, Client(stranger.Issue(["client"]))), AccessDenied);
    }

    private static void AssertTold(CloseOutcome outcome, int alert) =>
        Assert.That((outcome.Reason, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, alert)), outcome.ToString());

    private TlsContext Client(IssuedCertificate pair)
    {
        TlsCertificate certificate = Features.Keep(pair.Load());
        return Features.Client(options => options with { Certificate = certificate });
    }

    private Task<ServerProgram> GnutlsServerAsync() => GnutlsPeers.ServerAsync(Features, $"--x509cafile={Features.RootFile}", "--require-client-cert", "--verify-client-cert");
}
