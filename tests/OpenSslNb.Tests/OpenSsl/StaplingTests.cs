using System.Net;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>The status that a server sends with its certificate, and what a client makes of it.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class StaplingTests(TlsProtocol protocol)
{
    private const int BadCertificateStatusResponse = 113;

    private readonly TestAuthority _root = new();
    private IssuedCertificate _issued = null!;
    private TlsCertificate _certificate = null!;

    [OneTimeTearDown]
    public void EndAll() => _root.Dispose();

    [SetUp]
    public void Begin()
    {
        _issued = _root.Issue(["localhost"]);
        _certificate = _issued.Load(_root.Pem);
    }

    [TearDown]
    public void End() => _certificate.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public void A_good_status_satisfies_a_client_that_demands_one(bool sha256)
    {
        _certificate.SetOcspResponse((_root.Answer(_issued) with { UsesSha256 = sha256 }).Encode());
        Assert.That(Outcome(StaplePolicy.Require), Is.Null);
        Assert.That(Outcome(StaplePolicy.CheckIfSent), Is.Null);
        Assert.That(Outcome(StaplePolicy.Ignore), Is.Null);
    }

    [Test]
    public void A_client_that_demands_one_refuses_a_server_that_has_none_and_says_so()
    {
        CloseOutcome? refusal = Outcome(StaplePolicy.Require);
        Assert.That((refusal!.Reason, refusal.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, BadCertificateStatusResponse)));
        Assert.That(refusal.Exception!.Message, Does.Contain("the server has sent no OCSP response"));
        Assert.That(Outcome(StaplePolicy.CheckIfSent), Is.Null);
    }

    [Test]
    public void A_resumed_session_needs_none()
    {
        _certificate.SetOcspResponse(_root.Answer(_issued).Encode());
        using TlsContext server = Server();
        using TlsContext client = Client(StaplePolicy.Require, sessions: 10);
        for (int i = 0; i < 2; i++)
        {
            using var pair = new MachinePair(server, client);
            Assert.That(pair.Settle().Client, Is.Null);
            Assert.That(pair.Client.Info!.IsResumed, Is.EqualTo(i == 1));
        }
    }

    [Test]
    public void What_is_not_good_is_not_taken_and_what_was_good_stays()
    {
        byte[] good = _root.Answer(_issued).Encode();
        _certificate.SetOcspResponse(good);
        using var stranger = new TestAuthority("stranger");
        OcspAnswer answer = _root.Answer(_issued);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        foreach ((byte[] response, string fault) in new (byte[], string)[]
        {
            ([1, 2, 3], "it is no OCSP response"),
            ([], "it is no OCSP response"),
            ((answer with { Status = 1 }).Encode(), "the certificate is revoked"),
            ((answer with { Status = 2 }).Encode(), "the authority does not know the certificate"),
            ((answer with { ThisUpdate = now.AddDays(-2), NextUpdate = now.AddHours(-1) }).Encode(), "it is not of the present time"),
            ((answer with { ThisUpdate = now.AddHours(1) }).Encode(), "it is not of the present time"),
            ((answer with { ThisUpdate = now.AddDays(-3), NextUpdate = null }).Encode(), "it is not of the present time"),
            ((answer with { Key = stranger.Answer(_issued).Key }).Encode(), "its signature is not that of the certificate's authority"),
            (_root.Answer(_root.Issue(["other"])).Encode(), "it is not about this certificate"),
        })
        {
            Assert.That(() => _certificate.SetOcspResponse(response), Throws.ArgumentException.With.Message.Contain(fault));
        }

        Assert.That(_certificate.OcspResponse!.Value.ToArray(), Is.EqualTo(good));
    }

    [Test]
    public void An_issuer_that_is_not_in_the_chain_has_to_be_given()
    {
        using TlsCertificate alone = _issued.Load();
        byte[] good = _root.Answer(_issued).Encode();
        Assert.That(() => alone.SetOcspResponse(good), Throws.ArgumentException.With.Message.Contain("issuer"));
        alone.SetOcspResponse(good, _root.Pem);
        Assert.That(alone.OcspResponse, Is.Not.Null);
    }

    [Test]
    public void An_answer_without_an_end_is_good_for_a_day()
    {
        _certificate.SetOcspResponse((_root.Answer(_issued) with { NextUpdate = null }).Encode());
        Assert.That(_certificate.StapleGoodFor, Is.InRange(TimeSpan.FromHours(23), TimeSpan.FromHours(24)));
        Assert.That(Outcome(StaplePolicy.Require), Is.Null);
    }

    [Test]
    public async Task A_stapler_asks_checks_and_keeps_what_was_good_when_the_responder_is_gone()
    {
        var responder = new Responder(_root.Answer(_issued).Encode());
        using var stapler = new OcspStapler(_certificate, new OcspStaplerOptions { Responder = new Uri("http://ocsp.example/"), CreateClient = () => new HttpClient(responder) });
        await stapler.RefreshAsync();
        Assert.That(responder.Asked, Is.EqualTo(_certificate.CreateOcspRequest(null)));
        Assert.That(responder.ContentType, Is.EqualTo("application/ocsp-request"));
        Assert.That(Outcome(StaplePolicy.Require), Is.Null);
        responder.Answer = null;
        Assert.That(() => stapler.RefreshAsync(), Throws.InstanceOf<HttpRequestException>());
        responder.Answer = (_root.Answer(_issued) with { Status = 1 }).Encode();
        Assert.That(() => stapler.RefreshAsync(), Throws.ArgumentException.With.Message.Contain("revoked"));
        Assert.That(Outcome(StaplePolicy.Require), Is.Null);
    }

    [Test]
    public async Task A_stapler_goes_on_asking_after_a_failure()
    {
        var responder = new Responder(null);
        var failures = new List<Exception>();
        using var stapler = new OcspStapler(_certificate, new OcspStaplerOptions
        {
            Responder = new Uri("http://ocsp.example/"),
            CreateClient = () => new HttpClient(responder),
            RetryAfter = TimeSpan.FromMilliseconds(1),
            OnFailure = fault =>
            {
                failures.Add(fault);
                if (failures.Count == 3) responder.Answer = _root.Answer(_issued).Encode();
            },
        });
        Task running = stapler.RunAsync();
        await Eventually.BecomesTrue(() => _certificate.OcspResponse is not null, "it has an answer");
        stapler.Dispose();
        await running.WaitAsync(Bench.Deadline);
        Assert.That(failures, Has.Count.EqualTo(3));
        Assert.That(failures, Is.All.InstanceOf<HttpRequestException>());
    }

    [Test]
    public void A_certificate_that_names_no_responder_needs_one()
    {
        Assert.That(() => new OcspStapler(_certificate), Throws.ArgumentException.With.Message.Contain("OcspStaplerOptions.Responder"));
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { Stapling = StaplePolicy.Require, DangerouslyAcceptAnyPeerCertificate = true }).Dispose(), Throws.ArgumentException.With.Message.Contain("Stapling"));
    }

    [Test]
    public async Task A_certificate_that_was_disposed_is_refused_and_not_read()
    {
        TlsCertificate gone = _issued.Load(_root.Pem);
        var failures = new List<Exception>();
        using var stapler = new OcspStapler(gone, new OcspStaplerOptions { Responder = new Uri("http://ocsp.example/"), CreateClient = () => new HttpClient(new Responder(_root.Answer(_issued).Encode())), RetryAfter = TimeSpan.FromMilliseconds(1), OnFailure = failures.Add });
        gone.Dispose();
        Assert.That(() => gone.SetOcspResponse(_root.Answer(_issued).Encode()), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => gone.ExportCertificatePem(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => gone.PublicKeyPin, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => TlsContext.CreateServer(new TlsServerOptions { Certificate = gone }), Throws.InstanceOf<ObjectDisposedException>());
        Task running = stapler.RunAsync();
        await Eventually.BecomesTrue(() => stapler.LastFailure is ObjectDisposedException, "the stapler is told");
        stapler.Dispose();
        await running.WaitAsync(Bench.Deadline);
    }

    [Test]
    public void The_status_of_a_certificate_that_is_trusted_by_itself_cannot_be_checked()
    {
        using TlsCertificate alone = _issued.Load();
        alone.SetOcspResponse(_root.Answer(_issued).Encode(), _root.Pem);
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = alone });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(_issued.CertificatePem).WithPartialChains(), Stapling = StaplePolicy.Require, MaximumProtocol = protocol });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle().Client!.Exception!.Message, Does.Contain("its issuer is not in the verified chain"));
    }

    [Test]
    public void The_end_of_a_stapler_is_no_failure()
    {
        var responder = new Responder(_root.Answer(_issued).Encode());
        using var stapler = new OcspStapler(_certificate, new OcspStaplerOptions { Responder = new Uri("http://ocsp.example/"), CreateClient = () => new HttpClient(responder), OnFailure = _ => Assert.Fail("there was none") });
        stapler.Dispose();
        Assert.That(stapler.RunAsync().IsCompletedSuccessfully, Is.True);
        Assert.That(stapler.LastFailure, Is.Null);
    }

    private CloseOutcome? Outcome(StaplePolicy policy)
    {
        using TlsContext server = Server();
        using TlsContext client = Client(policy);
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
        Assert.That(atServer?.AlertReceived, Is.EqualTo(atClient?.AlertSent));
        return atClient;
    }

    private TlsContext Server() => TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, MinimumProtocol = protocol, MaximumProtocol = protocol });

    private TlsContext Client(StaplePolicy policy, int sessions = 0) => TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust, Stapling = policy, SessionCacheSize = sessions, MaximumProtocol = protocol });

    private sealed class Responder(byte[]? answer) : HttpMessageHandler
    {
        public byte[]? Answer { get; set; } = answer;

        public byte[]? Asked { get; private set; }

        public string? ContentType { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            ContentType = request.Content.Headers.ContentType!.MediaType;
            return Answer is null ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Answer) };
        }
    }
}
