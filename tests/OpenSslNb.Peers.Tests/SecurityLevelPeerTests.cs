using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Keys and signatures that are too weak (<c>SSL_CTX_set_security_level(3)</c>), others' and ours.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class SecurityLevelPeerTests(World world) : FeatureFixture(world)
{
    private const int HandshakeFailure = 40;
    private const int BadCertificate = 42;
    private const int WeakBits = 1024;
    private const string WeakKey = "EE certificate key too weak";
    private const string WeakSignature = "CA signature digest algorithm too weak";

    [TestCase(Peer.OpenSsl, 2)]
    [TestCase(Peer.OpenSsl, 1)]
    [TestCase(Peer.Gnutls, 2)]
    [TestCase(Peer.Gnutls, 1)]
    public async Task A_server_with_a_key_of_1024_bits_is_refused_at_level_2(Peer peer, int level)
    {
        await using ServerProgram server = await WeakServerAsync(peer, Features.Root.Issue(["localhost"], rsaBits: WeakBits));
        await AssertJudgesAsync(peer, server, Features.Client(options => options with { SecurityLevel = level }), level == 1 ? null : WeakKey);
    }

    [TestCase(Peer.OpenSsl, 2)]
    [TestCase(Peer.OpenSsl, 0)]
    [TestCase(Peer.Gnutls, 2)]
    [TestCase(Peer.Gnutls, 0)]
    public async Task A_server_whose_certificate_is_signed_with_SHA1_is_refused_at_level_2(Peer peer, int level)
    {
        await using ServerProgram server = await WeakServerAsync(peer, await ForeignTools.IssueWithSha1Async(Features));
        await AssertJudgesAsync(peer, server, Features.Client(options => options with { SecurityLevel = level }), level == 0 ? null : WeakSignature);
    }

    [TestCase(2)]
    [TestCase(0)]
    public async Task A_server_that_signs_its_handshake_with_SHA1_is_left_at_level_2(int level)
    {
        if (World.Protocol == TlsProtocol.Tls13) Assert.Ignore("TLS 1.3 knows no such signature");
        await using ServerProgram server = await Peer.OpenSsl.ServerAsync(Features, Features.Root.Issue(["localhost"], rsaBits: 2048), "-cipher", "DEFAULT@SECLEVEL=0", "-sigalgs", "RSA+SHA1");
        TlsContext client = Features.Client(options => options with { SecurityLevel = level, SignatureAlgorithms = "RSA+SHA256:RSA+SHA1" });
        if (level == 2)
        {
            // Not even offered, so s_server finds nothing in common.
            CloseOutcome outcome = await Features.RefusalAsync(server, client);
            Assert.That((outcome.Reason, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, HandshakeFailure)), outcome.ToString());
            return;
        }

        await using TlsStream stream = await Features.ConnectAsync(server, client);
        await Peer.OpenSsl.AssertTalksAsync(server, stream);
        Assert.That(stream.Connection.Info!.PeerSignatureAlgorithm, Is.EqualTo("RSA+SHA1"));
    }

    [TestCase(Peer.OpenSsl, 2)]
    [TestCase(Peer.OpenSsl, 1)]
    [TestCase(Peer.Gnutls, 2)]
    [TestCase(Peer.Gnutls, 1)]
    public async Task A_client_with_a_key_of_1024_bits_is_refused_at_level_2(Peer peer, int level)
    {
        FeatureServer server = Features.Serve(options => options with { ClientTrust = Features.Root.Trust, SecurityLevel = level });
        await using ExternalProcess client = peer.Client(Features, server.Port, Features.Root.Issue(["client"], rsaBits: WeakBits), peer == Peer.OpenSsl ? ["-cipher", "DEFAULT@SECLEVEL=0"] : []);
        if (level == 1)
        {
            await peer.AssertTalksAsync(client);
            return;
        }

        AssertRefused(await server.OutcomeAsync(), WeakKey);
        await peer.AssertHeardAsync(client, BadCertificate);
    }

    [TestCase(Peer.OpenSsl, "key too weak")]
    [TestCase(Peer.Python, "key too weak")]
    [TestCase(Peer.Gnutls, "insecure algorithm")]
    public async Task A_client_does_not_take_our_key_of_1024_bits_and_we_hear_it(Peer peer, string words)
    {
        TlsCertificate weak = Features.Keep(Features.Root.Issue(["localhost"], rsaBits: WeakBits).Load());
        FeatureServer server = Features.Serve(options => options with { Certificate = weak, SecurityLevel = 1 });
        await using ExternalProcess client = peer.Client(Features, server.Port, null, peer == Peer.Gnutls ? [GnutlsPeers.Priority(World, ":%PROFILE_MEDIUM")] : []);
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        Assert.That(client.Output.Tail + client.Error.Tail, Does.Contain(words));
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, BadCertificate)), outcome.ToString());
    }

    [Test]
    public async Task Python_does_not_take_our_clients_key_of_1024_bits()
    {
        TlsCertificate weak = Features.Keep(Features.Root.Issue(["client"], rsaBits: WeakBits).Load());
        await using ServerProgram server = await ScriptPeers.ServerAsync(Script.Python, Features, new ScriptSettings { ClientCertificates = "required" });
        CloseOutcome outcome = await Features.RefusalAsync(server, Features.Client(options => options with { Certificate = weak, SecurityLevel = 1 }));
        Assert.That((outcome.Reason, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, BadCertificate)), outcome.ToString());
    }

    [Test]
    public void Our_own_key_of_1024_bits_is_not_taken_at_level_2()
    {
        TlsCertificate weak = Features.Keep(Features.Root.Issue(["localhost"], rsaBits: WeakBits).Load());
        Assert.That(() => Features.Serve(options => options with { Certificate = weak, SecurityLevel = 2 }), Throws.TypeOf<OpenSslException>().With.Message.Contain("key too small"));
    }

    private static void AssertRefused(CloseOutcome outcome, string words)
    {
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, BadCertificate)), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain(words));
    }

    private async Task AssertJudgesAsync(Peer peer, ServerProgram server, TlsContext client, string? fault)
    {
        if (fault is null)
        {
            await using TlsStream stream = await Features.ConnectAsync(server, client);
            await peer.AssertTalksAsync(server, stream);
            return;
        }

        AssertRefused(await Features.RefusalAsync(server, client), fault);
        if (peer == Peer.OpenSsl) await peer.AssertHeardAsync(server.Process, BadCertificate);
    }

    // GnuTLS serves with what it is given; openssl must be told to.
    private Task<ServerProgram> WeakServerAsync(Peer peer, IssuedCertificate pair) => peer.ServerAsync(Features, pair, peer == Peer.OpenSsl ? ["-cipher", "DEFAULT@SECLEVEL=0"] : []);
}
