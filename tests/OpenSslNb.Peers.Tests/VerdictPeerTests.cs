using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The application judges the certificates of others' programs, at once or later, with OpenSSL's own judgement or against it.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class VerdictPeerTests(World world) : FeatureFixture(world)
{
    private const int HandshakeFailure = 40;

    private TlsPeerVerification? _seen;

    [Test]
    public async Task A_server_is_accepted_whether_OpenSSL_knows_its_authority_or_not([Values] Peer peer, [Values] bool later, [Values] bool known)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        TestAuthority authority = known ? Features.Root : Features.Keep(new TestAuthority("stranger"));
        IssuedCertificate pair = authority.Issue(["localhost"]);
        await using ServerProgram server = await peer.ServerAsync(Features, pair);
        Task<TlsStream> connecting = Features.ConnectAsync(server, Client(answers, verdict: true));
        await answers.ReleaseAsync();
        await using TlsStream stream = await connecting;
        await peer.AssertTalksAsync(server, stream);
        AssertSaw(pair, known, "localhost");
    }

    [Test]
    public async Task A_server_is_refused_and_told_so([Values] Peer peer, [Values] bool later)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        await using ServerProgram server = await peer.ServerAsync(Features);
        Task<CloseOutcome> refusal = Features.RefusalAsync(server, Client(answers, verdict: false));
        await answers.ReleaseAsync();
        CloseOutcome outcome = await refusal;
        AssertRefused(outcome);
        AssertSaw(Features.Issued, known: true, "localhost");
        if (later && !OpenSslCapabilities.HasRetryVerify)
        {
            // The handshake is over by then, and the server gets close_notify.
            Assert.That(outcome.AlertSent, Is.Null);
            return;
        }

        Assert.That(outcome.AlertSent, Is.EqualTo(HandshakeFailure));

        // OpenSSL 3 sends this alert of TLS 1.3 in the clear, and GnuTLS takes that for a record which is broken.
        if (peer != Peer.Gnutls || World.Protocol == TlsProtocol.Tls12) await peer.AssertHeardAsync(server.Process, HandshakeFailure);
    }

    [Test]
    public async Task A_client_is_let_in_whether_OpenSSL_knows_its_authority_or_not([Values] Peer peer, [Values] bool later, [Values] bool known)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        TestAuthority authority = known ? Features.Root : Features.Keep(new TestAuthority("stranger"));
        IssuedCertificate pair = authority.Issue(["client"]);
        FeatureServer server = Serve(answers, verdict: true);
        await using ExternalProcess client = peer.Client(Features, server.Port, pair);
        await answers.ReleaseAsync();
        await peer.AssertTalksAsync(client);
        AssertSaw(pair, known, serverName: null);
    }

    [Test]
    public async Task A_client_that_is_refused_at_once_is_told_so([Values] Peer peer)
    {
        FeatureServer server = Serve(new Answers(Features.Bench.Loop, later: false), verdict: false);
        await using ExternalProcess client = peer.Client(Features, server.Port, Features.Root.Issue(["client"]));
        CloseOutcome outcome = await server.OutcomeAsync();
        AssertRefused(outcome);
        Assert.That(outcome.AlertSent, Is.EqualTo(HandshakeFailure));
        await peer.AssertHeardAsync(client, HandshakeFailure);
    }

    // OpenSSL cannot wait here: the handshake is over, and all that the client gets is close_notify.
    [Test]
    public async Task A_client_that_is_refused_later_gets_nothing_of_ours([Values] Peer peer)
    {
        var answers = new Answers(Features.Bench.Loop, later: true);
        FeatureServer server = Serve(answers, verdict: false, handler: () => new RecordingHandler { Opened = connection => connection.Send("for friends\n"u8) });
        await using ExternalProcess client = peer.Client(Features, server.Port, Features.Root.Issue(["client"]));
        await client.WriteAsync("hello\n"u8.ToArray());
        await answers.ReleaseAsync();
        CloseOutcome outcome = await server.OutcomeAsync();
        AssertRefused(outcome);
        Assert.That(outcome.AlertSent, Is.Null);
        if (peer == Peer.Node) await client.Output.WaitForTextAsync("ended\n");
        client.CloseInput();

        // All four would fail if their connection were cut.
        await client.ExitWellAsync();
        Assert.That(client.Output.Tail, Does.Not.Contain("for friends"));
    }

    private static void AssertRefused(CloseOutcome outcome)
    {
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.VerificationFailed), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain("the application did not accept it"));
    }

    private void AssertSaw(IssuedCertificate pair, bool known, string? serverName)
    {
        using var sent = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pair.CertificatePem));
        Assert.That(_seen!.Certificates[0].ToArray(), Is.EqualTo(sent.RawData));
        Assert.That(_seen.Error, known ? Is.Null : Is.Not.Null);
        Assert.That(_seen.ServerName, Is.EqualTo(serverName));
    }

    private ValueTask<bool> JudgeAsync(TlsPeerVerification subject, Answers answers, bool verdict)
    {
        _seen = subject;
        return answers.GiveAsync(() => verdict);
    }

    private TlsContext Client(Answers answers, bool verdict) => Features.Client(options => options with { VerifyPeer = subject => JudgeAsync(subject, answers, verdict) });

    private FeatureServer Serve(Answers answers, bool verdict, Func<TlsConnectionHandler>? handler = null) =>
        Features.Serve(options => options with { ClientTrust = Features.Root.Trust, VerifyPeer = subject => JudgeAsync(subject, answers, verdict) }, handler);
}
