using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Trust that ends at an intermediate or at one certificate itself, while the peer sends its own certificate alone or the intermediate behind it.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class PartialChainPeerTests(World world) : FeatureFixture(world)
{
    private const int UnknownAuthority = 48;

    // With nothing behind it, no issuer is found at all; with the intermediate, the issuer's.
    private const string Words = "unable to get (local )?issuer certificate|unable to verify the first certificate";

    /// <summary>What the peer sends.</summary>
    public enum Sent
    {
        Own,
        WithIntermediate,
    }

    [Test]
    public async Task A_server_below_the_intermediate_is_believed_if_that_is_said([Values] Sent sent, [Values(Peer.OpenSsl, Peer.Gnutls, Peer.Python)] Peer peer)
    {
        TestAuthority middle = Middle();
        TlsContext client = Features.Client(options => options with { Trust = middle.Trust.WithPartialChains() });
        await using ServerProgram server = await peer.ServerAsync(Features, Make(middle, "localhost", sent));
        await using TlsStream stream = await Features.ConnectAsync(server, client);
        await peer.AssertTalksAsync(server, stream);
        Assert.That(stream.Connection.Info!.PeerCertificates, Has.Count.EqualTo(sent == Sent.Own ? 1 : 2));
    }

    [Test]
    public async Task A_server_below_the_intermediate_is_refused_otherwise([Values] Sent sent, [Values(Peer.OpenSsl, Peer.Python)] Peer peer)
    {
        TestAuthority middle = Middle();
        TlsContext client = Features.Client(options => options with { Trust = middle.Trust });
        await using ServerProgram server = await peer.ServerAsync(Features, Make(middle, "localhost", sent));
        AssertUnknown(await Features.RefusalAsync(server, client));
        await peer.AssertHeardAsync(server.Process, UnknownAuthority);
    }

    [Test]
    public async Task A_server_is_believed_by_its_own_certificate_if_that_is_said([Values] bool said)
    {
        IssuedCertificate pair = Make(Middle(), "localhost", Sent.Own);
        TlsTrust trust = TlsTrust.FromPem(pair.CertificatePem);
        TlsContext client = Features.Client(options => options with { Trust = said ? trust.WithPartialChains() : trust });
        await using ServerProgram server = await Peer.Gnutls.ServerAsync(Features, pair);
        if (!said)
        {
            AssertUnknown(await Features.RefusalAsync(server, client));
            return;
        }

        await using TlsStream stream = await Features.ConnectAsync(server, client);
        await Peer.Gnutls.AssertTalksAsync(server, stream);
    }

    [Test]
    public async Task A_client_below_the_intermediate_is_let_in_if_that_is_said([Values] Sent sent, [Values(Peer.Gnutls, Peer.Python)] Peer peer)
    {
        TestAuthority middle = Middle();
        FeatureServer server = Features.Serve(options => options with { ClientTrust = middle.Trust.WithPartialChains() });
        await using ExternalProcess client = peer.Client(Features, server.Port, Make(middle, "client", sent));
        await peer.AssertTalksAsync(client);
        Assert.That((await server.OpenedAsync()).Info!.PeerCertificates, Has.Count.EqualTo(sent == Sent.Own ? 1 : 2));
    }

    [Test]
    public async Task A_client_below_the_intermediate_is_refused_otherwise([Values] Sent sent, [Values(Peer.Gnutls, Peer.Python)] Peer peer)
    {
        TestAuthority middle = Middle();
        FeatureServer server = Features.Serve(options => options with { ClientTrust = middle.Trust });
        await using ExternalProcess client = peer.Client(Features, server.Port, Make(middle, "client", sent));
        AssertUnknown(await server.OutcomeAsync());
        await peer.AssertHeardAsync(client, UnknownAuthority);
    }

    private static void AssertUnknown(CloseOutcome outcome)
    {
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, UnknownAuthority)), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Match(Words));
    }

    private TestAuthority Middle() => Features.Keep(new TestAuthority("middle", Features.Root));

    private static IssuedCertificate Make(TestAuthority middle, string name, Sent sent)
    {
        IssuedCertificate own = middle.Issue([name]);
        return sent == Sent.Own ? own : own.Above(middle);
    }
}
