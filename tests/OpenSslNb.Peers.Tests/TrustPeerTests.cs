using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Where authorities are kept that others' certificates lead to: a root that is there is believed, another one is not, and the peer is told so.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class TrustPeerTests(World world) : FeatureFixture(world)
{
    private const int UnknownAuthority = 48;

    [Test]
    public async Task A_server_is_believed_whose_authority_is_kept([Values] TrustPlace place, [Values(Peer.Gnutls)] Peer peer)
    {
        TlsTrust trust = await place.PutAsync(Features, Features.Root);
        TlsContext client = Features.Client(options => options with { Trust = trust });
        await using ServerProgram server = await peer.ServerAsync(Features);
        await using TlsStream stream = await Features.ConnectAsync(server, client);
        await peer.AssertTalksAsync(server, stream);
        Assert.That(stream.Connection.Info!.VerificationError, Is.Null);
    }

    [Test]
    public async Task A_server_is_told_that_its_authority_is_not_kept([Values] TrustPlace place, [Values(Peer.OpenSsl)] Peer peer)
    {
        TlsTrust trust = await place.PutAsync(Features, Features.Keep(new TestAuthority("stranger")));
        TlsContext client = Features.Client(options => options with { Trust = trust });
        await using ServerProgram server = await peer.ServerAsync(Features);
        AssertUnknown(await Features.RefusalAsync(server, client));
        await peer.AssertHeardAsync(server.Process, UnknownAuthority);
    }

    [Test]
    public async Task A_client_is_let_in_whose_authority_is_kept([Values] TrustPlace place, [Values(Peer.Python)] Peer peer)
    {
        TlsTrust trust = await place.PutAsync(Features, Features.Root);
        FeatureServer server = Features.Serve(options => options with { ClientTrust = trust });
        await using ExternalProcess client = peer.Client(Features, server.Port, Features.Root.Issue(["client"]));
        await peer.AssertTalksAsync(client);
        Assert.That((await server.OpenedAsync()).Info!.PeerSubject, Is.EqualTo("/CN=issued"));
    }

    [Test]
    public async Task A_client_is_told_that_its_authority_is_not_kept([Values] TrustPlace place, [Values(Peer.Gnutls)] Peer peer)
    {
        TlsTrust trust = await place.PutAsync(Features, Features.Keep(new TestAuthority("stranger")));
        FeatureServer server = Features.Serve(options => options with { ClientTrust = trust });
        await using ExternalProcess client = peer.Client(Features, server.Port, Features.Root.Issue(["client"]));
        AssertUnknown(await server.OutcomeAsync());
        await peer.AssertHeardAsync(client, UnknownAuthority);
    }

    private static void AssertUnknown(CloseOutcome outcome)
    {
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, UnknownAuthority)), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain("unable to get local issuer certificate").Or.Match("self.signed certificate in certificate chain"), "without or with a root behind it");
    }
}
