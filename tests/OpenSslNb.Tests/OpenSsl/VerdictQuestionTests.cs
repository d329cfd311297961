using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Whether the peer is good, and which certificate a client shows: answered by the application, at once or later; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12, false)]
[TestFixture(TlsProtocol.Tls12, true)]
[TestFixture(TlsProtocol.Tls13, false)]
[TestFixture(TlsProtocol.Tls13, true)]
public sealed class VerdictQuestionTests(TlsProtocol protocol, bool later) : HandshakeQuestions(protocol, later)
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task The_application_judges_a_server_that_OpenSSL_accepts(bool verdict)
    {
        TlsPeerVerification? seen = null;
        using TlsContext server = Server(new TlsServerOptions { Certificate = First });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, VerifyPeer = subject => AnswerAsync((seen = subject) is not null && verdict) });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = await SettleAsync(pair, SslWant.VerifyRetry, pair.Client);
        Assert.That(seen!.Error, Is.Null);
        Assert.That(seen.ServerName, Is.EqualTo("localhost"));
        Assert.That(seen.Certificates, Has.Count.EqualTo(1));
        Assert.That(seen.Chain, Has.Count.EqualTo(2), "its own and the root");
        AssertVerdict(verdict, judge: atClient, judged: atServer);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_application_judges_a_server_that_OpenSSL_would_refuse(bool verdict)
    {
        TlsPeerVerification? seen = null;
        using TlsContext server = Server(new TlsServerOptions { Certificate = First });
        using TlsContext client = Client(new TlsClientOptions { Trust = OtherRoot.Trust, VerifyPeer = subject => AnswerAsync((seen = subject) is not null && verdict) });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = await SettleAsync(pair, SslWant.VerifyRetry, pair.Client);
        Assert.That(seen!.Error, Does.Contain("unable to get"));
        AssertVerdict(verdict, judge: atClient, judged: atServer);
        if (verdict) Assert.That(pair.Client.Info!.VerificationError, Does.Contain("unable to get"), "the application's yes does not make OpenSSL's no unsaid");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_application_judges_a_client_and_no_data_moves_before_its_verdict(bool verdict)
    {
        TlsPeerVerification? seen = null;
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, ClientTrust = Root.Trust, VerifyPeer = subject => AnswerAsync((seen = subject) is not null && verdict) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, Certificate = Second });
        using var pair = new MachinePair(server, client);
        _ = pair.Client.Write("early"u8);
        (CloseOutcome? atServer, CloseOutcome? atClient) = await SettleAsync(pair, SslWant.VerifyRetry, pair.Server, whileWaiting: () =>
        {
            _ = pair.Client.Flush();
            Assert.That(MachinePair.Carry(pair.Client, pair.Server), Is.Positive, "the client has ended its handshake");
            Assert.That(pair.Server.Read(new byte[100]), Is.EqualTo(SslStep.Blocked(SslWant.VerifyRetry)));
        });
        Assert.That(seen!.Error, Is.Null);
        Assert.That(seen.ServerName, Is.Null);
        if (verdict)
        {
            Assert.That((atServer, atClient), Is.EqualTo(BothWell));
            _ = pair.Client.Flush();
            MachinePair.Carry(pair.Client, pair.Server);
            Assert.That(MachinePair.ReadAll(pair.Server).Data, Is.EqualTo("early"u8.ToArray()));
            return;
        }

        Assert.That(atServer!.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(atServer.Exception!.Message, Does.Contain("the application did not accept it"));
        Assert.That(pair.Server.State, Is.EqualTo(ConnectionState.Failed));
    }

    [Test]
    public async Task A_client_is_judged_again_when_it_resumes_its_session()
    {
        var resumed = new List<bool>();
        bool verdict = true;
        using TlsContext server = Server(new TlsServerOptions
        {
            Certificate = First,
            ClientTrust = Root.Trust,
            VerifyPeer = subject =>
            {
                resumed.Add(subject.IsResumed);
                return AnswerAsync(verdict);
            },
        });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, Certificate = Second, SessionCacheSize = 10 });
        for (int i = 0; i < 2; i++)
        {
            using var pair = new MachinePair(server, client);
            Assert.That(await SettleAsync(pair, SslWant.VerifyRetry, pair.Server), Is.EqualTo(BothWell));
            Assert.That(pair.Server.Info!.IsResumed, Is.EqualTo(i > 0));
        }

        verdict = false;
        using var refused = new MachinePair(server, client);
        (CloseOutcome? atServer, _) = await SettleAsync(refused, SslWant.VerifyRetry, refused.Server);
        Assert.That(atServer!.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(resumed, Is.EqualTo(new[] { false, true, true }));
    }

    [Test]
    public async Task A_verification_that_throws_ends_its_connection_with_that_exception([Values] bool atServer)
    {
        var fault = new InvalidOperationException("the database is down");
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, ClientTrust = Root.Trust, VerifyPeer = atServer ? _ => RefuseAsync<bool>(fault) : null });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, Certificate = Second, VerifyPeer = atServer ? null : _ => RefuseAsync<bool>(fault) });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? server1, CloseOutcome? client1) = await SettleAsync(pair, SslWant.VerifyRetry, atServer ? pair.Server : pair.Client);
        CloseOutcome thrower = (atServer ? server1 : client1)!;
        Assert.That(thrower.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(thrower.Exception, Is.SameAs(fault));
    }

    [Test]
    public async Task The_application_chooses_the_clients_certificate_by_the_authorities_that_the_server_names()
    {
        TlsCertificateRequest? seen = null;
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, ClientTrust = Root.Trust });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, SelectCertificate = request => AnswerAsync<TlsCertificate?>((seen = request) is null ? null : Second) });
        using var pair = new MachinePair(server, client);
        Assert.That(await SettleAsync(pair, SslWant.Certificate, pair.Client), Is.EqualTo(BothWell));
        Assert.That(seen!.Authorities.Select(name => new X500DistinguishedName(name.Span).Name), Is.EqualTo(new[] { "CN=test root" }));
        Assert.That(seen.ServerName, Is.EqualTo("localhost"));
        Assert.That(pair.Server.Info!.PeerCertificates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_client_that_chooses_none_has_none()
    {
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, ClientTrust = Root.Trust, ClientCertificateIsOptional = true });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, SelectCertificate = _ => AnswerAsync<TlsCertificate?>(null) });
        using var pair = new MachinePair(server, client);
        Assert.That(await SettleAsync(pair, SslWant.Certificate, pair.Client), Is.EqualTo(BothWell));
        Assert.That(pair.Server.Info!.PeerSubject, Is.Null);
    }

    [Test]
    public void Options_that_exclude_eachOtherRoot_are_refused_by_name()
    {
        Assert.That(() => Client(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true, VerifyPeer = _ => new(true) }).Dispose(), Throws.ArgumentException.With.Message.Contain("VerifyPeer"));
        Assert.That(() => Server(new TlsServerOptions { Certificate = First, VerifyPeer = _ => new(true) }).Dispose(), Throws.ArgumentException.With.Message.Contain("ClientTrust"));
    }

    // TLS 1.3: a client has ended its handshake when the server judges it.
    private static void AssertVerdict(bool verdict, CloseOutcome? judge, CloseOutcome? judged)
    {
        if (verdict)
        {
            Assert.That((judge, judged), Is.EqualTo(BothWell));
            return;
        }

        Assert.That(judge!.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(judge.Exception!.Message, Does.Contain("the application did not accept it"));
        if (OpenSslCapabilities.HasRetryVerify) Assert.That(judged!.AlertReceived, Is.EqualTo(judge.AlertSent).And.Not.Null);
    }
}
