using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Others' clients are served by the context that the application chooses when it has seen their first message, at once or later.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class SelectContextPeerTests(World world) : FeatureFixture(world)
{
    private const int AccessDenied = 49;
    private const int ProtocolVersion = 70;
    private const int InternalError = 80;

    private TlsProtocol OtherProtocol => World.Protocol == TlsProtocol.Tls12 ? TlsProtocol.Tls13 : TlsProtocol.Tls12;

    // Only the certificate that is chosen passes their verification.
    [Test]
    public async Task It_has_another_certificate([Values] Peer peer, [Values] bool later)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        FeatureServer server = Serve(answers, Context());
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await answers.ReleaseAsync();
        await peer.AssertTalksAsync(client);
    }

    [TestCase(Script.Python)]
    [TestCase(Script.Node)]
    public async Task It_has_other_application_protocols(Script script)
    {
        var answers = new Answers(Features.Bench.Loop, later: true);
        FeatureServer server = Serve(answers, Context(options => options with { ApplicationProtocols = ["h2"] }));
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port, new ScriptSettings { Protocols = ["http/1.1", "h2"] });
        await answers.ReleaseAsync();
        await client.Output.WaitForTextAsync("alpn h2\n");
    }

    [Test]
    public async Task It_has_an_application_protocol_for_gnutls_cli()
    {
        var answers = new Answers(Features.Bench.Loop, later: true);
        FeatureServer server = Serve(answers, Context(options => options with { ApplicationProtocols = ["h2"] }));
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--alpn=http/1.1", "--alpn=h2");
        await answers.ReleaseAsync();
        await client.Output.WaitForTextAsync("Application protocol: h2");
    }

    [Test]
    public async Task It_allows_the_version_that_the_first_one_does_not([Values] Peer peer)
    {
        var answers = new Answers(Features.Bench.Loop, later: true);
        FeatureServer server = Serve(answers, Context(), options => options with { MinimumProtocol = OtherProtocol, MaximumProtocol = OtherProtocol });
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await answers.ReleaseAsync();
        await peer.AssertTalksAsync(client);
        Assert.That((await server.OpenedAsync()).Info!.Protocol, Is.EqualTo(World.Protocol));
    }

    [Test]
    public async Task It_does_not_allow_the_version_that_the_first_one_does([Values] Peer peer)
    {
        var answers = new Answers(Features.Bench.Loop, later: true);
        FeatureServer server = Serve(answers, Context(options => options with { MinimumProtocol = OtherProtocol, MaximumProtocol = OtherProtocol }));
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await answers.ReleaseAsync();
        await AssertToldAsync(peer, client, server, CloseReason.ProtocolError, ProtocolVersion);
    }

    [Test]
    public async Task It_demands_a_certificate([Values(Peer.OpenSsl, Peer.Gnutls, Peer.Python)] Peer peer, [Values] bool later, [Values] bool shown)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        FeatureServer server = Serve(answers, Context(options => options with { ClientTrust = Features.Root.Trust }));
        await using ExternalProcess client = peer.Client(Features, server.Port, shown ? Features.Root.Issue(["client"]) : null);
        await answers.ReleaseAsync();
        if (shown)
        {
            await peer.AssertTalksAsync(client);
            Assert.That((await server.OpenedAsync()).Info!.PeerSubject, Is.EqualTo("/CN=issued"));
            return;
        }

        // TLS 1.2 has no alert for it (handshake_failure).
        await AssertToldAsync(peer, client, server, CloseReason.ProtocolError, World.Protocol == TlsProtocol.Tls12 ? 40 : 116);
    }

    [Test]
    public async Task The_application_refuses_with_an_alert_of_its_own([Values] Peer peer, [Values] bool later)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        FeatureServer server = Serve(() => answers.GiveAsync<TlsContext?>(() => throw new TlsAlertException(AccessDenied, "not today")));
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await answers.ReleaseAsync();
        CloseOutcome outcome = await AssertToldAsync(peer, client, server, CloseReason.CallbackFailed, AccessDenied);
        Assert.That(outcome.Exception!.Message, Is.EqualTo("not today"));
    }

    [Test]
    public async Task An_application_that_fails_is_an_internal_error([Values] Peer peer, [Values] bool later)
    {
        var answers = new Answers(Features.Bench.Loop, later);
        FeatureServer server = Serve(() => answers.GiveAsync<TlsContext?>(() => throw new InvalidOperationException("the database is down")));
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await answers.ReleaseAsync();
        await AssertToldAsync(peer, client, server, CloseReason.CallbackFailed, InternalError);
    }

    [Test]
    public async Task A_client_that_leaves_before_the_answer_hurts_nobody([Values(Peer.Gnutls, Peer.Node)] Peer peer)
    {
        var answers = new Answers(Features.Bench.Loop, later: true);
        FeatureServer server = Serve(answers, Context());
        await using (ExternalProcess leaving = peer.Client(Features, server.Port)) await answers.AskedAsync();
        await answers.ReleaseAsync();
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await peer.AssertTalksAsync(client);
        Assert.That(Features.Bench.Unhandled, Is.Empty);
    }

    private static async Task<CloseOutcome> AssertToldAsync(Peer peer, ExternalProcess client, FeatureServer server, CloseReason reason, int alert)
    {
        await peer.AssertHeardAsync(client, alert);
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((reason, alert)), outcome.ToString());
        return outcome;
    }

    private TlsContext Context(Func<TlsServerOptions, TlsServerOptions>? change = null)
    {
        var options = (TlsServerOptions)Features.Bench.Server.Options with { Certificate = Features.Keep(Features.Issued.Load()) };
        return Features.Keep(TlsContext.CreateServer(change is null ? options : change(options)));
    }

    private FeatureServer Serve(Answers answers, TlsContext chosen, Func<TlsServerOptions, TlsServerOptions>? change = null) => Serve(() => answers.GiveAsync<TlsContext?>(() => chosen), change);

    // Nobody trusts the certificate that it has itself.
    private FeatureServer Serve(Func<ValueTask<TlsContext?>> choose, Func<TlsServerOptions, TlsServerOptions>? change = null)
    {
        TlsCertificate stranger = Features.Keep(FeatureBench.SelfSigned().Load());
        return Features.Serve(options =>
        {
            options = options with { Certificate = stranger, SelectContext = _ => choose() };
            return change is null ? options : change(options);
        });
    }
}
