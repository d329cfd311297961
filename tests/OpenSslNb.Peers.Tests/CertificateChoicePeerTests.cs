using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Keys of two kinds at once, towards peers that can verify one of them; and what stands, or does not stand, behind a certificate.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class CertificateChoicePeerTests(World world) : FeatureFixture(world)
{
    private const int HandshakeFailure = 40;
    private const int UnknownAuthority = 48;

    private const string RsaAlone = ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256";
    private const string EcdsaAlone = ":-SIGN-ALL:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256";

    [TestCase(RsaAlone, "RSA key 2048 bits", TestName = "{m}(RSA)")]
    [TestCase(EcdsaAlone, "EC/ECDSA key 256 bits", TestName = "{m}(ECDSA)")]
    public async Task Gnutls_cli_gets_the_certificate_that_it_can_verify(string signatures, string key)
    {
        FeatureServer server = ServeBoth();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, GnutlsPeers.Priority(World, signatures));
        await Peer.Gnutls.AssertTalksAsync(client);
        await client.Output.WaitForTextAsync($"- Certificate[0] info:\n - subject `CN=issued', issuer `CN=test root', serial ");
        Assert.That(FirstCertificateOf(client), Does.Contain(key));
    }

    [TestCase("RSA+SHA256:rsa_pss_rsae_sha256", "RSA")]
    [TestCase("ECDSA+SHA256", "ECDSA")]
    public async Task S_client_gets_the_certificate_that_it_can_verify(string signatures, string type)
    {
        FeatureServer server = ServeBoth();
        await using ExternalProcess client = Peer.OpenSsl.Client(Features, server.Port, null, "-sigalgs", signatures);
        await Peer.OpenSsl.AssertTalksAsync(client);
        await client.Error.WaitForTextAsync($"Signature type: {type}");
    }

    [Test]
    public async Task Gnutls_cli_that_can_verify_neither_is_told_that_there_is_nothing_in_common()
    {
        FeatureServer server = ServeBoth();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, GnutlsPeers.Priority(World, ":-SIGN-ALL:+SIGN-EDDSA-ED25519"));
        await Peer.Gnutls.AssertHeardAsync(client, HandshakeFailure);
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.ProtocolError, HandshakeFailure)), outcome.ToString());
    }

    [TestCase(RsaAlone, "RSA-", TestName = "{m}(RSA)")]
    [TestCase(EcdsaAlone, "ECDSA-", TestName = "{m}(ECDSA)")]
    public async Task Gnutls_serv_is_shown_the_certificate_that_it_can_verify(string signatures, string signature)
    {
        // Its own is one that it can sign with.
        IssuedCertificate own = Features.Root.Issue(["localhost"], rsaBits: signatures == RsaAlone ? 2048 : 0);
        (string certificate, string keyFile) = Features.WritePair("own", own);
        await using ServerProgram server = await GnutlsPeers.BareServerAsync(
            $"--x509certfile={certificate}", $"--x509keyfile={keyFile}", GnutlsPeers.Priority(World, signatures), $"--x509cafile={Features.RootFile}", "--require-client-cert", "--verify-client-cert");
        TlsCertificate ecdsa = Features.Keep(Features.Root.Issue(["client"]).Load());
        TlsCertificate rsa = Features.Keep(Features.Root.Issue(["client"], rsaBits: 2048).Load());
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client(options => options with { Certificate = ecdsa, AdditionalCertificates = [rsa] }));
        await Peer.Gnutls.AssertTalksAsync(server, stream);
        await server.Process.Output.WaitForTextAsync($"Client Signature: {signature}");
    }

    [Test]
    public async Task The_intermediate_goes_with_the_certificate([Values] Peer peer)
    {
        TestAuthority middle = Features.Keep(new TestAuthority("middle", Features.Root));
        TlsCertificate chain = Features.Keep(middle.Issue(["localhost"]).Load(middle.Pem));
        FeatureServer server = Features.Serve(options => options with { Certificate = chain });
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await peer.AssertTalksAsync(client);
    }

    // Either nothing, or somebody who only bears the issuer's name.
    [TestCase(Peer.OpenSsl, false, "unable to get local issuer certificate", UnknownAuthority)]
    [TestCase(Peer.OpenSsl, true, "unable to get local issuer certificate|certificate signature failure|self-signed certificate", UnknownAuthority)]
    [TestCase(Peer.Python, false, "unable to get local issuer certificate", UnknownAuthority)]
    [TestCase(Peer.Python, true, "unable to get local issuer certificate|certificate signature failure|self-signed certificate", UnknownAuthority)]
    [TestCase(Peer.Gnutls, false, "The certificate issuer is unknown", 42)]
    [TestCase(Peer.Gnutls, true, "The certificate issuer is unknown|The signature in the certificate is invalid", 42)]
    public async Task A_chain_with_a_gap_is_refused_and_we_hear_it(Peer peer, bool impostor, string words, int alert)
    {
        TestAuthority middle = Features.Keep(new TestAuthority("middle", Features.Root));
        TestAuthority other = Features.Keep(new TestAuthority("middle", Features.Keep(new TestAuthority("stranger"))));
        TlsCertificate certificate = Features.Keep(impostor ? middle.Issue(["localhost"]).Load(other.Pem) : middle.Issue(["localhost"]).Load());
        FeatureServer server = Features.Serve(options => options with { Certificate = certificate });
        await using ExternalProcess client = peer.Client(Features, server.Port);
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        Assert.That(client.Output.Tail + client.Error.Tail, Does.Match(words));
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, alert)), outcome.ToString());
    }

    private static string FirstCertificateOf(ExternalProcess client)
    {
        string all = System.Text.Encoding.Latin1.GetString(client.Output.ToArray());
        return all.Split("Certificate[0] info:\n")[1].Split('\n')[0];
    }

    private FeatureServer ServeBoth()
    {
        TlsCertificate ecdsa = Features.Keep(Features.Issued.Load());
        TlsCertificate rsa = Features.Keep(Features.Root.Issue(["localhost"], rsaBits: 2048).Load());
        return Features.Serve(options => options with { Certificate = ecdsa, AdditionalCertificates = [rsa] });
    }
}
