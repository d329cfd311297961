using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Clients of others that do not like our certificate: what they say, and what we make of it.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class RefusedByPeersTests(World world) : FeatureFixture(world)
{
    [TestCase(Defect.Expired, "certificate has expired", 45)]
    [TestCase(Defect.WrongName, "Hostname mismatch", 42)]
    [TestCase(Defect.SelfSigned, "self-signed certificate", 48)]
    [TestCase(Defect.WrongPurpose, "certificate purpose", 43)]
    public async Task Python_says_what_is_wrong_with_our_certificate_and_we_hear_it(Defect defect, string words, int alert)
    {
        FeatureServer server = Serve(defect);
        await using ExternalProcess client = ScriptPeers.Client(Script.Python, Features, server.Port);
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Output.Tail, Does.Contain(words));
        await AssertHeardAsync(server, alert);
    }

    [TestCase(Defect.Expired, "The certificate chain uses expired certificate")]
    [TestCase(Defect.WrongName, "The name in the certificate does not match the expected")]
    [TestCase(Defect.SelfSigned, "The certificate issuer is unknown")]
    [TestCase(Defect.WrongPurpose, "The certificate chain does not match the intended purpose")]
    public async Task Gnutls_cli_says_what_is_wrong_with_our_certificate_and_we_hear_that_it_is_bad(Defect defect, string words)
    {
        FeatureServer server = Serve(defect);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port);
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        Assert.That(client.Output.Tail, Does.Contain(words));
        await AssertHeardAsync(server, 42);
    }

    // Node, and .NET on Linux, let OpenSSL go on and look when the handshake has ended: they go without a word.
    [TestCase(Defect.Expired, "CERT_HAS_EXPIRED")]
    [TestCase(Defect.WrongName, "ERR_TLS_CERT_ALTNAME_INVALID")]
    [TestCase(Defect.SelfSigned, "DEPTH_ZERO_SELF_SIGNED_CERT")]
    [TestCase(Defect.WrongPurpose, "INVALID_PURPOSE")]
    public async Task Node_says_what_is_wrong_with_our_certificate_and_leaves(Defect defect, string code)
    {
        FeatureServer server = Serve(defect);
        await using ExternalProcess client = ScriptPeers.Client(Script.Node, Features, server.Port);
        await client.Output.WaitForTextAsync($"fault {code} ");
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        await AssertLeftAsync(server);
    }

    [TestCase(Defect.Expired, "NotTimeValid")]
    [TestCase(Defect.WrongName, "RemoteCertificateNameMismatch")]
    [TestCase(Defect.SelfSigned, "UntrustedRoot")]
    public async Task An_ssl_stream_says_what_is_wrong_with_our_certificate_and_leaves(Defect defect, string words)
    {
        FeatureServer server = Serve(defect);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Features.Root.Pem)));
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Port);
        using var stream = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = GoodClient.ProtocolOf(World), CertificateChainPolicy = policy };
        AuthenticationException refusal = (await Assert.ThrowsAsync<AuthenticationException>(() => stream.AuthenticateAsClientAsync(options).WaitAsync(ExternalProcess.Deadline)))!;
        Assert.That(refusal.Message, Does.Contain(words));
        stream.Dispose();
        await AssertLeftAsync(server);
    }

    // It depends on what of ours they have not read.
    private static async Task AssertLeftAsync(FeatureServer server)
    {
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Truncated).Or.EqualTo(CloseReason.Reset), outcome.ToString());
        Assert.That(outcome.AlertReceived, Is.Null);
    }

    private static async Task AssertHeardAsync(FeatureServer server, int alert)
    {
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, alert)), outcome.ToString());
    }

    private FeatureServer Serve(Defect defect)
    {
        TlsCertificate certificate = Features.Keep(defect.Make(Features).Load());
        return Features.Serve(options => options with { Certificate = certificate });
    }
}
