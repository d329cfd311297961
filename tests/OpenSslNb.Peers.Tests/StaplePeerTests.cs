using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The certificate's status (OCSP stapling) between us and GnuTLS and Node.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class StaplePeerTests(World world) : FeatureFixture(world)
{
    private const int BadStatus = 113;

    [Test]
    public async Task Gnutls_cli_finds_the_status_good_that_we_staple_and_saves_every_byte_of_it()
    {
        byte[] status = Features.Root.Answer(Features.Issued).Encode();
        FeatureServer server = Serve(status);
        string saved = Features.PathOf("saved.der");
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, $"--save-ocsp={saved}");
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nhello\n");
        client.CloseInput();
        await client.ExitWellAsync();
        Assert.That(client.Output.Tail, Does.Contain("OCSP status request,").And.Not.Contain("ignored"));
        Payload.AssertSame(await File.ReadAllBytesAsync(saved), status);
    }

    [Test]
    public async Task Node_gets_every_byte_of_the_status_that_we_staple()
    {
        byte[] status = Features.Root.Answer(Features.Issued).Encode();
        FeatureServer server = Serve(status);
        await using ExternalProcess client = ScriptPeers.Client(Script.Node, Features, server.Port, new ScriptSettings { AsksStatus = true });
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync($"status {Convert.ToHexString(status)}\n");
        await client.Output.WaitForTextAsync("received hello\n");
    }

    [Test]
    public async Task Node_gets_no_status_where_we_have_none()
    {
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Node, Features, server.Port, new ScriptSettings { AsksStatus = true });
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("status none\n");
        await client.Output.WaitForTextAsync("received hello\n");
    }

    [TestCase("gnutls", "good", null)]
    [TestCase("gnutls", "revoked", "the certificate is revoked")]
    [TestCase("gnutls", "old", "it is not of the present time")]
    [TestCase("node", "good", null)]
    [TestCase("node", "revoked", "the certificate is revoked")]
    [TestCase("node", "old", "it is not of the present time")]
    [TestCase("node", "garbage", "it is no OCSP response")]
    public async Task Our_client_judges_the_status_that_it_demands(string peer, string kind, string? fault)
    {
        string file = Features.Write("status.der", StatusOf(kind));
        await using ServerProgram server = peer == "gnutls"
            ? await GnutlsPeers.ServerAsync(Features, $"--ocsp-response={file}", "--ignore-ocsp-response-errors")
            : await ScriptPeers.ServerAsync(Script.Node, Features, new ScriptSettings { Status = file });
        TlsContext client = Features.Client(options => options with { Stapling = StaplePolicy.Require });
        if (fault is null)
        {
            await using TlsStream stream = await Features.ConnectAsync(server, client);
            await FeatureBench.AssertEchoesAsync(stream, "hello");
            return;
        }

        await AssertRefusesAsync(server, client, fault);
        if (peer == "node") await server.Process.Output.WaitForTextAsync("fault ");
        else await server.Process.Error.WaitForTextAsync("Error in handshake: ");

        // OpenSSL 3 sends this alert of TLS 1.3 in the clear, and GnuTLS takes that for a record which is broken.
        if (peer == "gnutls" && World.Protocol == TlsProtocol.Tls12) await server.Process.Output.WaitForTextAsync($"Received alert '{BadStatus}'");
    }

    [TestCase("gnutls")]
    [TestCase("node")]
    public async Task Our_client_misses_a_status_only_where_it_demands_one(string peer)
    {
        await using ServerProgram server = peer == "gnutls" ? await GnutlsPeers.ServerAsync(Features) : await ScriptPeers.ServerAsync(Script.Node, Features);
        await AssertRefusesAsync(server, Features.Client(options => options with { Stapling = StaplePolicy.Require }), "OCSP");
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client(options => options with { Stapling = StaplePolicy.CheckIfSent }));
        await FeatureBench.AssertEchoesAsync(stream, "hello");
    }

    private async Task AssertRefusesAsync(ServerProgram server, TlsContext client, string fault)
    {
        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => Features.ConnectAsync(server, client)))!;
        Assert.That((refusal.Outcome.Reason, refusal.Outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, BadStatus)), refusal.Outcome.ToString());
        Assert.That(refusal.Outcome.Exception!.Message, Does.Contain(fault));
    }

    private FeatureServer Serve(byte[] status)
    {
        TlsCertificate certificate = Features.Keep(Features.Issued.Load(Features.Root.Pem));
        certificate.SetOcspResponse(status);
        return Features.Serve(options => options with { Certificate = certificate });
    }

    private byte[] StatusOf(string kind)
    {
        OcspAnswer good = Features.Root.Answer(Features.Issued);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return kind switch
        {
            "revoked" => (good with { Status = 1 }).Encode(),
            "old" => (good with { ThisUpdate = now.AddDays(-3), NextUpdate = now.AddDays(-2) }).Encode(),
            "garbage" => "no status at all"u8.ToArray(),
            _ => good.Encode(),
        };
    }
}
