using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Which of several certificates a server shows, and whom it lets in; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class ServerIdentityTests(TlsProtocol protocol)
{
    private const int UnrecognizedName = 112;

    private readonly TestAuthority _root = new();

    [OneTimeTearDown]
    public void End() => _root.Dispose();

    [TestCase("www.example.org", "www.example.org")]
    [TestCase("WWW.EXAMPLE.ORG", "www.example.org")]
    [TestCase("mail.example.org", "*.example.org")]
    [TestCase("a.b.example.org", "default.example")]
    [TestCase("example.org", "default.example")]
    [TestCase("bücher.example", "xn--bcher-kva.example")]
    [TestCase("elsewhere.example", "default.example")]
    [TestCase(null, "default.example")]
    public void The_name_that_the_client_asks_for_chooses_the_certificate(string? asked, string shown)
    {
        using TlsContext server = Named(UnknownServerName.UseDefault);
        using TlsContext client = Client(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true, Trust = _root.Trust });
        using var pair = new MachinePair(server, client, asked);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Client.Info!.PeerSubject, Does.EndWith("CN=issued"));
        Assert.That(NameOf(pair), Is.EqualTo(shown));
    }

    [Test]
    public void An_unknown_name_can_be_refused_with_its_alert()
    {
        using TlsContext server = Named(UnknownServerName.Refuse);
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust });
        using (var unknown = new MachinePair(server, client, "elsewhere.example"))
        {
            (CloseOutcome? atServer, CloseOutcome? atClient) = unknown.Settle();
            Assert.That(atServer!.AlertSent, Is.EqualTo(UnrecognizedName));
            Assert.That(atClient!.AlertReceived, Is.EqualTo(UnrecognizedName));
        }

        using var known = new MachinePair(server, client, "mail.example.org");
        Assert.That(known.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        using TlsContext nameless = Client(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true });
        using var none = new MachinePair(server, nameless, peerName: null);
        Assert.That(none.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)), "who asks for none gets the default");
    }

    [Test]
    public void Contexts_for_names_live_as_long_as_a_connection_needs_them_and_no_longer()
    {
        int before = NativeLive.Context;
        TlsContext server = Named(UnknownServerName.UseDefault);
        Assert.That(NativeLive.Context, Is.EqualTo(before + 4), "three names and the default");
        using (TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust }))
        {
            using var pair = new MachinePair(server, client, "www.example.org");
            server.Dispose();
            Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)), "disposed before the handshake");
        }

        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    [TestCase("")]
    [TestCase("*")]
    [TestCase("*.*.example.org")]
    [TestCase("www.*.org")]
    [TestCase("192.0.2.1")]
    [TestCase("a b")]
    public void A_name_that_is_none_is_refused(string name)
    {
        using TlsCertificate certificate = _root.Issue(["localhost"]).Load();
        Assert.That(() => Server(new TlsServerOptions { Certificate = certificate, NamedCertificates = new Dictionary<string, TlsCertificate> { [name] = certificate } }).Dispose(), Throws.ArgumentException.With.Message.Contain($"'{name}' must be a DNS name"));
    }

    [Test]
    public void A_name_that_is_there_twice_is_refused_and_nothing_is_left()
    {
        int before = NativeLive.Context;
        using TlsCertificate certificate = _root.Issue(["localhost"]).Load();
        Assert.That(() => Server(new TlsServerOptions { Certificate = certificate, NamedCertificates = new Dictionary<string, TlsCertificate> { ["a.example"] = certificate, ["A.example"] = certificate } }).Dispose(), Throws.ArgumentException.With.Message.Contain("twice"));
        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    [Test]
    public void Of_two_keys_the_client_gets_the_one_that_it_can_verify()
    {
        using TlsCertificate ecdsa = _root.Issue(["localhost"]).Load();
        using TlsCertificate rsa = _root.Issue(["localhost"], rsaBits: 2048).Load();
        using TlsContext server = Server(new TlsServerOptions { Certificate = ecdsa, AdditionalCertificates = [rsa] });
        Assert.That(PinOfPeer(server, "ecdsa_secp256r1_sha256"), Is.EqualTo(ecdsa.PublicKeyPin));
        Assert.That(PinOfPeer(server, "rsa_pss_rsae_sha256:RSA+SHA256:ecdsa_secp256r1_sha256", "ECDHE-RSA-AES128-GCM-SHA256", rsaOnly: true), Is.EqualTo(rsa.PublicKeyPin));
    }

    [Test]
    public void Two_keys_of_one_type_are_refused()
    {
        using TlsCertificate one = _root.Issue(["localhost"]).Load();
        using TlsCertificate other = _root.Issue(["localhost"]).Load();
        Assert.That(() => Server(new TlsServerOptions { Certificate = one, AdditionalCertificates = [other] }).Dispose(), Throws.ArgumentException.With.Message.Contain("the same type"));
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { AdditionalCertificates = [other] }).Dispose(), Throws.ArgumentException.With.Message.Contain("set that first"));
    }

    [Test]
    public void A_weak_key_is_below_the_security_level()
    {
        using TlsCertificate weak = _root.Issue(["localhost"], rsaBits: 1024).Load();
        Assert.That(() => Server(new TlsServerOptions { Certificate = weak, SecurityLevel = 2 }).Dispose(), Throws.TypeOf<OpenSslException>());
        using TlsContext server = Server(new TlsServerOptions { Certificate = weak, SecurityLevel = 0 });
        using TlsContext strict = Client(new TlsClientOptions { Trust = _root.Trust, SecurityLevel = 2 });
        using var pair = new MachinePair(server, strict);
        Assert.That(pair.Settle().Client?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(() => Client(new TlsClientOptions { SecurityLevel = 6 }).Dispose(), Throws.ArgumentException.With.Message.Contain("from 0 to 5, and not 6"));
        Assert.That(() => Client(new TlsClientOptions { SignatureAlgorithms = "none" }).Dispose(), Throws.TypeOf<OpenSslException>().With.Message.Contain("the signature algorithms 'none'"));
    }

    [Test]
    public void A_client_certificate_may_be_optional_but_not_wrong()
    {
        using TlsCertificate own = _root.Issue(["localhost"]).Load();
        using TlsContext server = Server(new TlsServerOptions { Certificate = own, ClientTrust = _root.Trust, ClientCertificateIsOptional = true });
        Assert.That(Visit(server, null), Is.EqualTo(((CloseOutcome?)null, (string?)null)));
        using TlsCertificate good = _root.Issue(["client"]).Load();
        (CloseOutcome? failure, string? subject) = Visit(server, good);
        Assert.That(failure, Is.Null);
        Assert.That(subject, Does.Contain("issued"));
        using var stranger = new TestAuthority("stranger");
        using TlsCertificate wrong = stranger.Issue(["client"]).Load();
        Assert.That(Visit(server, wrong).Failure?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(() => Server(new TlsServerOptions { Certificate = own, ClientCertificateIsOptional = true }).Dispose(), Throws.ArgumentException.With.Message.Contain("needs ClientTrust"));
    }

    private (CloseOutcome? Failure, string? Subject) Visit(TlsContext server, TlsCertificate? certificate)
    {
        using TlsContext client = Client(new TlsClientOptions { Trust = _root.Trust, Certificate = certificate });
        using var pair = new MachinePair(server, client);
        return (pair.Settle().Server, pair.Server.Info?.PeerSubject);
    }

    private string PinOfPeer(TlsContext server, string signatureAlgorithms, string? ciphers = null, bool rsaOnly = false)
    {
        var options = new TlsClientOptions { Trust = _root.Trust, SignatureAlgorithms = signatureAlgorithms, CipherList = ciphers };
        if (rsaOnly && protocol == TlsProtocol.Tls13) options = options with { SignatureAlgorithms = "rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256" };
        using TlsContext client = Client(options);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        using X509Certificate2 shown = X509CertificateLoader.LoadCertificate(pair.Client.Info!.PeerCertificates[0].Span);
        return "sha256//" + Convert.ToBase64String(SHA256.HashData(shown.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    private static string NameOf(MachinePair pair)
    {
        using X509Certificate2 shown = X509CertificateLoader.LoadCertificate(pair.Client.Info!.PeerCertificates[0].Span);
        return shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames().Single();
    }

    private TlsContext Named(UnknownServerName unknown) => Server(new TlsServerOptions
    {
        Certificate = _root.Issue(["default.example"]).Load(),
        NamedCertificates = new[] { "www.example.org", "*.example.org", "xn--bcher-kva.example" }.ToDictionary(name => name, name => _root.Issue([name]).Load()),
        UnknownServerName = unknown,
    });

    private TlsContext Server(TlsServerOptions options) => TlsContext.CreateServer(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });

    private TlsContext Client(TlsClientOptions options) => TlsContext.CreateClient(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });
}
