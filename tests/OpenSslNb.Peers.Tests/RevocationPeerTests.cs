using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Revocation lists against the certificates of others' programs, which have an intermediate between them and the root.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class RevocationPeerTests(World world) : FeatureFixture(world)
{
    /// <summary>What the lists say.</summary>
    public enum Lists
    {
        /// <summary>The peer's certificate is on its issuer's.</summary>
        NameThePeer,

        /// <summary>The intermediate is on the root's.</summary>
        NameTheIntermediate,

        /// <summary>They were good until a while ago.</summary>
        AreOld,

        /// <summary>There is none of the peer's issuer.</summary>
        AreNotThere,

        /// <summary>One bears the name of the peer's issuer, and somebody else's signature.</summary>
        AreForged,
    }

    [Test]
    public async Task A_server_that_no_list_names_is_believed([Values(Peer.OpenSsl, Peer.Gnutls)] Peer peer, [Values] bool wholeChain)
    {
        TestAuthority middle = Middle();
        TlsContext client = Features.Client(options => options with { Trust = Harmless(middle, wholeChain) });
        await using ServerProgram server = await peer.ServerAsync(Features, middle.Issue(["localhost"]).Above(middle));
        await using TlsStream stream = await Features.ConnectAsync(server, client);
        await peer.AssertTalksAsync(server, stream);
    }

    [Test]
    public async Task A_server_is_refused_with_the_reason_that_the_lists_give([Values] Lists lists, [Values(Peer.OpenSsl, Peer.Gnutls, Peer.Python)] Peer peer)
    {
        TestAuthority middle = Middle();
        IssuedCertificate pair = middle.Issue(["localhost"]);
        TlsContext client = Features.Client(options => options with { Trust = Read(lists, middle, pair) });
        await using ServerProgram server = await peer.ServerAsync(Features, pair.Above(middle));
        AssertRefused(await Features.RefusalAsync(server, client), lists);

        // OpenSSL 3 sends this alert of TLS 1.3 in the clear, and GnuTLS takes that for a record which is broken.
        if (peer != Peer.Gnutls || World.Protocol == TlsProtocol.Tls12) await peer.AssertHeardAsync(server.Process, AlertOf(lists));
    }

    [Test]
    public async Task A_client_that_no_list_names_is_let_in([Values(Peer.Gnutls, Peer.Python)] Peer peer, [Values] bool wholeChain)
    {
        TestAuthority middle = Middle();
        FeatureServer server = Features.Serve(options => options with { ClientTrust = Harmless(middle, wholeChain) });
        await using ExternalProcess client = peer.Client(Features, server.Port, middle.Issue(["client"]).Above(middle));
        await peer.AssertTalksAsync(client);
    }

    [Test]
    public async Task A_client_is_refused_with_the_reason_that_the_lists_give([Values] Lists lists, [Values(Peer.OpenSsl, Peer.Gnutls, Peer.Python)] Peer peer)
    {
        TestAuthority middle = Middle();
        IssuedCertificate pair = middle.Issue(["client"]);
        FeatureServer server = Features.Serve(options => options with { ClientTrust = Read(lists, middle, pair) });
        await using ExternalProcess client = peer.Client(Features, server.Port, pair.Above(middle));
        AssertRefused(await server.OutcomeAsync(), lists);
        await peer.AssertHeardAsync(client, AlertOf(lists));
    }

    private static void AssertRefused(CloseOutcome outcome, Lists lists)
    {
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, AlertOf(lists))), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain(lists switch
        {
            Lists.NameThePeer or Lists.NameTheIntermediate => "certificate revoked",
            Lists.AreOld => "CRL has expired",
            Lists.AreNotThere => "unable to get certificate CRL",
            _ => "CRL signature failure",
        }));
    }

    private static int AlertOf(Lists lists) => lists switch
    {
        Lists.NameThePeer or Lists.NameTheIntermediate => 44,
        Lists.AreOld => 45,
        Lists.AreNotThere => 48,
        _ => 51,
    };

    private TestAuthority Middle() => Features.Keep(new TestAuthority("middle", Features.Root));

    // The intermediate's list names somebody else. Unless the whole chain is looked up, nobody cares that the root's names the intermediate.
    private TlsTrust Harmless(TestAuthority middle, bool wholeChain)
    {
        byte[] roots = wholeChain ? Features.Root.RevocationList(Tomorrow) : Features.Root.RevocationList(Tomorrow, middle.AsIssued());
        return Features.Root.Trust.WithRevocationLists([.. middle.RevocationList(Tomorrow, middle.Issue(["somebody else"])), .. roots], wholeChain);
    }

    private TlsTrust Read(Lists lists, TestAuthority middle, IssuedCertificate pair)
    {
        TestAuthority root = Features.Root;
        switch (lists)
        {
            case Lists.NameThePeer:
                return root.Trust.WithRevocationListFile(Features.Write("lists.pem", middle.RevocationList(Tomorrow, pair)));
            case Lists.NameTheIntermediate:
                return root.Trust.WithRevocationLists([.. middle.RevocationList(Tomorrow), .. root.RevocationList(Tomorrow, middle.AsIssued())], wholeChain: true);
            case Lists.AreOld:
                return root.Trust.WithRevocationLists(middle.RevocationList(DateTimeOffset.UtcNow.AddHours(-1)));
            case Lists.AreNotThere:
                return root.Trust.WithRevocationLists(root.RevocationList(Tomorrow));
            default:
                return root.Trust.WithRevocationLists(middle.ForgedRevocationList(Tomorrow));
        }
    }

    private static DateTimeOffset Tomorrow => DateTimeOffset.UtcNow.AddDays(1);
}
