using System.Collections.Concurrent;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Who is believed, on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class VerificationTests(TlsProtocol protocol)
{
    private const int UnknownCa = 48;
    private const int NoApplicationProtocol = 120;

    private readonly TestAuthority _root = new();
    private readonly TestAuthority _stranger = new("a stranger");

    [OneTimeTearDown]
    public void End()
    {
        _root.Dispose();
        _stranger.Dispose();
    }

    [TestCase("www.example.org", "www.example.org", true)]
    [TestCase("www.example.org", "WWW.Example.ORG.", true)]
    [TestCase("www.example.org", "example.org", false)]
    [TestCase("*.example.org", "www.example.org", true)]
    [TestCase("*.example.org", "a.b.example.org", false)]
    [TestCase("*.example.org", "example.org", false)]
    [TestCase("w*.example.org", "www.example.org", false)]
    [TestCase("xn--mnchen-3ya.example", "münchen.example", true)]
    [TestCase("192.0.2.1", "192.0.2.1", true)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("2001:db8::1", "2001:0db8:0:0::1", true)]
    [TestCase("www.example.org", "192.0.2.1", false)]
    [TestCase("192.0.2.1", "www.example.org", false)]
    public void The_certificate_must_bear_the_name(string certified, string asked, bool isAccepted)
    {
        using TlsContext server = Server(_root.Issue([certified]).Load());
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust });
        using var pair = new MachinePair(server, client, asked);
        (CloseOutcome? _, CloseOutcome? failure) = pair.Settle();
        Assert.That(failure?.Reason, isAccepted ? Is.Null : Is.EqualTo(CloseReason.VerificationFailed), failure?.ToString());
    }

    [Test]
    public void A_chain_is_followed_over_what_the_server_sends()
    {
        using var intermediate = new TestAuthority("between", _root);
        IssuedCertificate issued = intermediate.Issue(["localhost"]);
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust });
        Assert.That(Failure(issued.Load(intermediate.Pem), client), Is.Null);
        Assert.That(Failure(issued.Load(), client)?.Reason, Is.EqualTo(CloseReason.VerificationFailed), "without the link");
    }

    [Test]
    public void An_unknown_authority_is_refused_with_an_alert()
    {
        using TlsContext server = Server(_stranger.Issue(["localhost"]).Load());
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
        Assert.That(atClient!.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(atClient.AlertSent, Is.EqualTo(UnknownCa));
        Assert.That(atServer!.AlertReceived, Is.EqualTo(UnknownCa));
    }

    [Test]
    public void The_systems_store_does_not_trust_a_stranger()
    {
        using TlsContext client = Client(new TlsClientOptions());
        Assert.That(Failure(TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1)), client)!.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void A_certificate_outside_its_time_is_refused()
    {
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust });
        DateTimeOffset now = DateTimeOffset.UtcNow;
        CloseOutcome expired = Failure(_root.Issue(["localhost"], notAfter: now.AddHours(-1), notBefore: now.AddHours(-2)).Load(), client)!;
        Assert.That(expired.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(expired.Exception!.Message, Does.Contain("expired"));
        CloseOutcome early = Failure(_root.Issue(["localhost"], notAfter: now.AddHours(2), notBefore: now.AddHours(1)).Load(), client)!;
        Assert.That(early.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void A_client_that_accepts_anybody_still_says_what_is_wrong()
    {
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust, DangerouslyAcceptAnyPeerCertificate = true });
        Assert.That(ErrorOf(_root.Issue(["localhost"]).Load(), client), Is.Null);
        Assert.That(ErrorOf(_stranger.Issue(["localhost"]).Load(), client), Is.Not.Null, "an unknown authority");
        Assert.That(ErrorOf(_root.Issue(["other.example"]).Load(), client), Is.Not.Null, "another name");
    }

    [Test]
    public void A_client_that_verifies_needs_a_name()
    {
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust });
        Assert.Throws<ArgumentException>(() => new SslMachine(client).Dispose());
    }

    [Test]
    public void A_client_certificate_is_demanded_and_checked()
    {
        using TlsContext server = Context(new TlsServerOptions { Certificate = _root.Issue(["localhost"]).Load(), ClientTrust = _root.Trust });
        Assert.That(ServersView(server, _root.Issue(["client"]).Load()), Is.Null);
        CloseOutcome absent = ServersView(server, null)!;
        Assert.That(absent.Reason, Is.EqualTo(CloseReason.ProtocolError).Or.EqualTo(CloseReason.VerificationFailed));
        Assert.That(absent.AlertSent, Is.EqualTo(protocol == TlsProtocol.Tls13 ? 116 : 40), "certificate_required, or handshake_failure");
        CloseOutcome wrong = ServersView(server, _stranger.Issue(["client"]).Load())!;
        Assert.That(wrong.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(wrong.AlertSent, Is.EqualTo(UnknownCa));
    }

    [Test]
    public void The_server_chooses_the_application_protocol_by_its_own_preference()
    {
        Assert.That(Agreed(["h2", "http/1.1"], ["http/1.1", "h2"]), Is.EqualTo(("h2", (CloseOutcome?)null)));
        Assert.That(Agreed([], ["h2"]), Is.EqualTo(((string?)null, (CloseOutcome?)null)), "the server has none");
        Assert.That(Agreed(["h2"], []), Is.EqualTo(((string?)null, (CloseOutcome?)null)), "the client offers none");
        (string? none, CloseOutcome? failure) = Agreed(["h2"], ["spdy/3"]);
        Assert.That(none, Is.Null);
        Assert.That(failure!.AlertReceived, Is.EqualTo(NoApplicationProtocol));
    }

    [Test]
    public void Key_log_lines_are_in_NSS_format_and_both_sides_log_the_same()
    {
        var atServer = new ConcurrentQueue<string>();
        var atClient = new ConcurrentQueue<string>();
        using TlsContext server = Context(new TlsServerOptions { Certificate = _root.Issue(["localhost"]).Load(), KeyLog = atServer.Enqueue });
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust, KeyLog = atClient.Enqueue });
        using var pair = new MachinePair(server, client);
        pair.Handshake();
        Assert.That(atClient, Is.Not.Empty);
        Assert.That(atClient, Is.All.Match("^[A-Z0-9_]+ [0-9a-fA-F]{64} [0-9a-fA-F]{64,96}$"));
        Assert.That(atClient, Is.EquivalentTo(atServer));
        Assert.That(atClient.Select(l => l.Split(' ')[0]), protocol == TlsProtocol.Tls12 ? Is.EqualTo(new[] { "CLIENT_RANDOM" }) : Does.Contain("CLIENT_TRAFFIC_SECRET_0"));
    }

    [Test]
    public void A_key_log_that_throws_ends_its_own_connection()
    {
        var thrown = new InvalidOperationException("the disk is full");
        using TlsContext server = Server(_root.Issue(["localhost"]).Load());
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust, KeyLog = _ => throw thrown });
        using var pair = new MachinePair(server, client);
        pair.Handshake();
        Assert.That(pair.Client.Failure?.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(pair.Client.Failure!.Exception, Is.SameAs(thrown));
    }

    private (string? Name, CloseOutcome? Failure) Agreed(string[] ofServer, string[] ofClient)
    {
        using TlsContext server = Context(new TlsServerOptions { Certificate = _root.Issue(["localhost"]).Load(), ApplicationProtocols = ofServer });
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust, ApplicationProtocols = ofClient });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? _, CloseOutcome? failure) = pair.Settle();
        Assert.That(pair.Server.Info?.ApplicationProtocol, Is.EqualTo(pair.Client.Info?.ApplicationProtocol));
        return (pair.Client.Info?.ApplicationProtocol, failure);
    }

    private CloseOutcome? ServersView(TlsContext server, TlsCertificate? clients)
    {
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust, Certificate = clients });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
        Assert.That(atClient?.AlertReceived, Is.EqualTo(atServer?.AlertSent), "the client hears why");
        if (atServer is null) Assert.That(pair.Server.Info!.PeerSubject, Does.Contain("issued"));
        return atServer;
    }

    private CloseOutcome? Failure(TlsCertificate certificate, TlsContext client)
    {
        using TlsContext server = Server(certificate);
        using var pair = new MachinePair(server, client);
        return pair.Settle().Client;
    }

    private string? ErrorOf(TlsCertificate certificate, TlsContext client)
    {
        using TlsContext server = Server(certificate);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle().Client, Is.Null);
        return pair.Client.Info!.VerificationError;
    }

    private TlsContext Server(TlsCertificate certificate) => Context(new TlsServerOptions { Certificate = certificate });

    private TlsContext Context(TlsServerOptions options) => TlsContext.CreateServer(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });

    private TlsContext Client(TlsClientOptions options) => TlsContext.CreateClient(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });
}
