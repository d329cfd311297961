using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>A server's context by the ClientHello: chosen by the application, at once or later; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12, false)]
[TestFixture(TlsProtocol.Tls12, true)]
[TestFixture(TlsProtocol.Tls13, false)]
[TestFixture(TlsProtocol.Tls13, true)]
public sealed class ContextQuestionTests(TlsProtocol protocol, bool later) : HandshakeQuestions(protocol, later)
{
    private const int AccessDenied = 49;
    private const int InternalError = 80;

    [Test]
    public async Task The_hello_chooses_the_context_and_with_it_the_certificate_and_the_application_protocol()
    {
        using TlsContext chosen = Server(new TlsServerOptions { Certificate = Second, ApplicationProtocols = ["b"] });
        TlsClientHello? seen = null;
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, ApplicationProtocols = ["a"], SelectContext = hello => AnswerAsync<TlsContext?>((seen = hello).ServerName == "second.example" ? chosen : null) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, ApplicationProtocols = ["a", "b"] });
        using (var pair = new MachinePair(server, client, "second.example"))
        {
            Assert.That(await SettleAsync(pair, SslWant.ClientHello, pair.Server), Is.EqualTo(BothWell));
            Assert.That(pair.Client.Info!.ApplicationProtocol, Is.EqualTo("b"));
            Assert.That(NamesOf(pair), Does.Contain("second.example"));
        }

        Assert.That(seen!.ServerName, Is.EqualTo("second.example"));
        Assert.That(seen.ApplicationProtocols, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(seen.Message.Span[0], Is.EqualTo(1), "ClientHello");
        Assert.That(seen.Ja4, Does.StartWith(Protocol == TlsProtocol.Tls13 ? "t13d" : "t12d"));
        Assert.That(seen.CipherSuites, Is.Not.Empty);

        using var kept = new MachinePair(server, client, "localhost");
        Assert.That(await SettleAsync(kept, SslWant.ClientHello, kept.Server), Is.EqualTo(BothWell));
        Assert.That(kept.Client.Info!.ApplicationProtocol, Is.EqualTo("a"));
        Assert.That(NamesOf(kept), Does.Not.Contain("second.example"));
    }

    [Test]
    public async Task The_first_hello_is_kept_with_the_connections_facts_if_that_was_asked_for_and_a_retry_does_not_replace_it()
    {
        TlsClientHello? seen = null;
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, Groups = "P-384", KeepClientHello = true, SelectContext = hello => AnswerAsync<TlsContext?>(Note(hello)) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, Groups = "P-256:P-384" });
        using (var pair = new MachinePair(server, client, "localhost"))
        {
            Assert.That(await SettleAsync(pair, SslWant.ClientHello, pair.Server), Is.EqualTo(BothWell));
            Assert.That(pair.Server.Info!.ClientHello, Is.SameAs(seen).And.Not.Null);
            Assert.That(pair.Server.Info.ClientHello!.ServerName, Is.EqualTo("localhost"));
            Assert.That(pair.Client.Info!.ClientHello, Is.Null);
        }

        using TlsContext forgetful = Server(new TlsServerOptions { Certificate = First, SelectContext = hello => AnswerAsync<TlsContext?>(Note(hello)) });
        using var other = new MachinePair(forgetful, client, "localhost");
        Assert.That(await SettleAsync(other, SslWant.ClientHello, other.Server), Is.EqualTo(BothWell));
        Assert.That(other.Server.Info!.ClientHello, Is.Null);

        // OpenSSL comes with every hello, and with the first again when it was not answered.
        TlsContext? Note(TlsClientHello hello)
        {
            seen = hello;
            return null;
        }
    }

    [Test]
    public void The_hello_is_kept_though_nobody_chooses_by_it()
    {
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, KeepClientHello = true });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, ApplicationProtocols = ["h2"] });
        using var pair = new MachinePair(server, client, "localhost");
        pair.Handshake();
        Assert.That(pair.Server.Info!.ClientHello!.ApplicationProtocols, Is.EqualTo(new[] { "h2" }));
        Assert.That(pair.Server.Info.ClientHello.Ja3, Has.Length.EqualTo(32));
    }

    [Test]
    public async Task The_chosen_contexts_versions_ciphers_and_groups_hold()
    {
        // The first context would take neither; what the handshake agrees on is the second one's.
        using TlsContext chosen = Server(new TlsServerOptions { Certificate = First, Groups = "P-384:P-256", CipherSuites = "TLS_CHACHA20_POLY1305_SHA256", CipherList = "ECDHE-ECDSA-CHACHA20-POLY1305" });
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, Groups = "X25519", CipherSuites = "TLS_AES_128_GCM_SHA256", CipherList = "ECDHE-ECDSA-AES128-GCM-SHA256", SelectContext = _ => AnswerAsync<TlsContext?>(chosen) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, Groups = "X25519:P-384:P-256" });
        using var pair = new MachinePair(server, client);
        Assert.That(await SettleAsync(pair, SslWant.ClientHello, pair.Server), Is.EqualTo(BothWell));
        Assert.That(pair.Client.Info!.CipherSuite, Does.Contain("CHACHA20"));
        Assert.That(pair.Client.Info.Group, Is.EqualTo("secp384r1"));

        using TlsContext other = TlsContext.CreateServer(new TlsServerOptions { Certificate = First, MinimumProtocol = Other(Protocol), MaximumProtocol = Other(Protocol) });
        using TlsContext any = TlsContext.CreateServer(new TlsServerOptions { Certificate = First, SelectContext = _ => AnswerAsync<TlsContext?>(other) });
        using TlsContext both = TlsContext.CreateClient(new TlsClientOptions { Trust = Root.Trust });
        using var versions = new MachinePair(any, both);
        Assert.That(await SettleAsync(versions, SslWant.ClientHello, versions.Server), Is.EqualTo(BothWell));
        Assert.That(versions.Client.Info!.Protocol, Is.EqualTo(Other(Protocol)));
    }

    [Test]
    public async Task The_chosen_context_may_demand_a_client_certificate_and_a_session_without_one_does_not_help()
    {
        using TlsContext strict = Server(new TlsServerOptions { Certificate = Second, ClientTrust = Root.Trust });
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, SelectContext = hello => AnswerAsync<TlsContext?>(hello.ServerName == "second.example" ? strict : null) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, SessionCacheSize = 10 });
        using (var open = new MachinePair(server, client, "localhost"))
        {
            Assert.That(await SettleAsync(open, SslWant.ClientHello, open.Server), Is.EqualTo(BothWell));
        }

        // The same session under the other name: as if the client had mixed them up, or meant to.
        Assert.That(client.SessionCount, Is.EqualTo(1));
        client.Sessions!.Add("second.example", client.Sessions.Take("localhost", DateTimeOffset.UtcNow)!);
        using var pair = new MachinePair(server, client, "second.example");
        (CloseOutcome? atServer, _) = await SettleAsync(pair, SslWant.ClientHello, pair.Server);
        Assert.That(atServer, Is.Not.Null);
        Assert.That(atServer!.Exception!.Message, Does.Contain("peer did not return a certificate"));
    }

    [Test]
    public async Task A_client_may_be_refused_by_its_hello_with_an_alert()
    {
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, SelectContext = _ => RefuseAsync<TlsContext?>(new TlsAlertException(AccessDenied, "not you")) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = await SettleAsync(pair, SslWant.ClientHello, pair.Server);
        Assert.That(atServer!.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(atServer.Exception, Is.InstanceOf<TlsAlertException>());
        Assert.That((atServer.AlertSent, atClient!.AlertReceived), Is.EqualTo(((int?)AccessDenied, (int?)AccessDenied)));
    }

    [Test]
    public async Task AnyOtherRoot_exception_is_an_internal_error_to_the_peer()
    {
        var fault = new InvalidOperationException("the directory is down");
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, SelectContext = _ => RefuseAsync<TlsContext?>(fault) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = await SettleAsync(pair, SslWant.ClientHello, pair.Server);
        Assert.That(atServer!.Exception, Is.SameAs(fault));
        Assert.That(atClient!.AlertReceived, Is.EqualTo(InternalError));
    }

    [Test]
    public async Task A_context_that_cannot_be_chosen_ends_the_connection_and_says_why([Values("a client's", "disposed", "renegotiating")] string kind)
    {
        using TlsContext chosen = kind == "a client's" ? Client(new TlsClientOptions()) : Server(new TlsServerOptions { Certificate = First, AllowRenegotiation = kind == "renegotiating" });
        if (kind == "disposed") chosen.Dispose();
        using TlsContext server = Server(new TlsServerOptions { Certificate = First, SelectContext = _ => AnswerAsync<TlsContext?>(chosen) });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust });
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, _) = await SettleAsync(pair, SslWant.ClientHello, pair.Server);
        Assert.That(atServer!.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(atServer.Exception, kind == "disposed" ? Is.InstanceOf<ObjectDisposedException>() : Is.InstanceOf<ArgumentException>());
    }

    [Test]
    public async Task A_chosen_context_may_be_disposed_once_the_handshake_has_gone_on_and_nothing_is_left_in_the_end()
    {
        int before = NativeLive.Context;
        using (TlsContext chosen = Server(new TlsServerOptions { Certificate = Second, ApplicationProtocols = ["a"] }))
        using (TlsContext server = Server(new TlsServerOptions { Certificate = First, SelectContext = _ => AnswerAsync<TlsContext?>(chosen) }))
        using (TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, ApplicationProtocols = ["a"] }))
        {
            using var pair = new MachinePair(server, client);
            Assert.That(await SettleAsync(pair, SslWant.ClientHello, pair.Server), Is.EqualTo(BothWell));
            chosen.Dispose();
            server.Dispose();
            Assert.That(pair.Server.Write("still here"u8).IsDone);
            MachinePair.Carry(pair.Server, pair.Client);
            Assert.That(MachinePair.ReadAll(pair.Client).Data, Is.EqualTo("still here"u8.ToArray()));
        }

        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    private static string NamesOf(MachinePair pair)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(pair.Client.Info!.PeerCertificates[0].Span);
        return string.Join(' ', certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()));
    }

    private static TlsProtocol Other(TlsProtocol protocol) => protocol == TlsProtocol.Tls13 ? TlsProtocol.Tls12 : TlsProtocol.Tls13;
}
