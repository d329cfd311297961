using System.Diagnostics;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Where authorities come from, what is revoked, and which keys are pinned; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class TrustTests(TlsProtocol protocol)
{
    private const int UnknownCa = 48;
    private const int CertificateRevoked = 44;

    private readonly TestAuthority _root = new();
    private TestAuthority _middle = null!;
    private IssuedCertificate _issued = null!;

    [OneTimeSetUp]
    public void Begin()
    {
        _middle = new TestAuthority("middle", _root);
        _issued = _middle.Issue(["localhost"]);
    }

    [OneTimeTearDown]
    public void End()
    {
        _middle.Dispose();
        _root.Dispose();
    }

    [Test]
    public void A_folder_of_hashed_files_is_searched_for_the_authority()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensslnb-trust-");
        try
        {
            TlsTrust trust = TlsTrust.FromDirectory(folder.FullName);
            Assert.That(Judge(trust)?.Reason, Is.EqualTo(CloseReason.VerificationFailed), "nothing is in it yet");
            File.WriteAllBytes(Path.Combine(folder.FullName, "root.pem"), _root.Pem);
            Rehash(folder.FullName);
            Assert.That(Judge(trust), Is.Null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.That(() => TlsTrust.FromDirectory(folder.FullName), Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contain(folder.FullName));
    }

    [Test]
    public void Authorities_of_several_places_count_together()
    {
        using var other = new TestAuthority("other");
        Assert.That(Judge(other.Trust)?.AlertSent, Is.EqualTo(UnknownCa));
        Assert.That(Judge(other.Trust.And(_root.Trust)), Is.Null);
        Assert.That(Judge(TlsTrust.System.And(_root.Trust)), Is.Null);
        Assert.That(Judge(TlsTrust.System)?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void Trust_in_an_intermediate_needs_to_be_said()
    {
        Assert.That(Judge(_middle.Trust)?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(Judge(_middle.Trust.WithPartialChains()), Is.Null);
        Assert.That(Judge(TlsTrust.FromPem(_issued.CertificatePem).WithPartialChains()), Is.Null, "the server's own certificate alone");
    }

    [Test]
    public void What_is_revoked_is_refused_with_its_alert()
    {
        DateTimeOffset tomorrow = DateTimeOffset.UtcNow.AddDays(1);
        CloseOutcome revoked = Judge(_root.Trust.WithRevocationLists(_middle.RevocationList(tomorrow, _issued)))!;
        Assert.That(revoked.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(revoked.AlertSent, Is.EqualTo(CertificateRevoked));
        Assert.That(revoked.Exception!.Message, Does.Contain("revoked"));
        Assert.That(Judge(_root.Trust.WithRevocationLists(_middle.RevocationList(tomorrow, _middle.Issue(["other"])))), Is.Null, "somebody else's");
    }

    [Test]
    public void Without_a_list_in_force_nothing_is_believed()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.That(Judge(_root.Trust.WithRevocationLists(_root.RevocationList(now.AddDays(1))))?.Exception!.Message, Does.Contain("unable to get certificate CRL"), "of another authority");
        Assert.That(Judge(_root.Trust.WithRevocationLists(_middle.RevocationList(now.AddHours(-1))))?.Exception!.Message, Does.Contain("CRL has expired"));
        TlsTrust whole = _root.Trust.WithRevocationLists(_middle.RevocationList(now.AddDays(1)), wholeChain: true);
        Assert.That(Judge(whole)?.Reason, Is.EqualTo(CloseReason.VerificationFailed), "none of the root's");
        Assert.That(Judge(whole.And(_root.Trust.WithRevocationLists(_root.RevocationList(now.AddDays(1))))), Is.Null);
    }

    [Test]
    public void A_list_that_is_none_is_refused_in_words()
    {
        Assert.That(() => Client(new TlsClientOptions { Trust = _root.Trust.WithRevocationLists(_root.Pem) }).Dispose(), Throws.TypeOf<OpenSslException>().With.Message.Contain("no PEM revocation list"));
        Assert.That(() => Client(new TlsClientOptions { Trust = _root.Trust.WithRevocationLists("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"u8) }).Dispose(), Throws.TypeOf<OpenSslException>().With.Message.Contain("malformed"));
    }

    [Test]
    public void A_pinned_key_must_be_in_the_chain()
    {
        using TlsCertificate own = _issued.Load(_middle.Pem);
        using TlsCertificate stranger = _middle.Issue(["localhost"]).Load();
        using TlsCertificate authority = _root.Issue(["x"]).Load();
        Assert.That(own.PublicKeyPin, Does.StartWith("sha256//").And.Not.EqualTo(stranger.PublicKeyPin));
        Assert.That(Judge(_root.Trust, own.PublicKeyPin), Is.Null);
        Assert.That(Judge(_root.Trust, stranger.PublicKeyPin, own.PublicKeyPin), Is.Null, "one of two");
        CloseOutcome other = Judge(_root.Trust, stranger.PublicKeyPin, authority.PublicKeyPin)!;
        Assert.That(other.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(other.Exception!.Message, Does.Contain("none of the pinned keys"));
        Assert.That(Judge(_middle.Trust, own.PublicKeyPin)?.Exception!.Message, Does.Not.Contain("pinned"), "a pin does not stand for a chain");
    }

    [Test]
    public void The_pin_is_the_one_that_other_programs_compute()
    {
        using TlsCertificate certificate = _issued.Load();
        using var parsed = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(_issued.CertificatePem));
        byte[] hash = System.Security.Cryptography.SHA256.HashData(parsed.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.That(certificate.PublicKeyPin, Is.EqualTo("sha256//" + Convert.ToBase64String(hash)));
    }

    [TestCase("sha256//AAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [TestCase("sha256//???")]
    public void A_pin_that_is_none_is_refused(string pin) =>
        Assert.That(() => Client(new TlsClientOptions { Trust = _root.Trust, PinnedKeys = [pin] }).Dispose(), Throws.ArgumentException.With.Message.Contain(pin));

    [Test]
    public void Pins_and_no_verification_exclude_each_other()
    {
        using TlsCertificate own = _issued.Load();
        Assert.That(() => Client(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true, PinnedKeys = [own.PublicKeyPin] }).Dispose(), Throws.ArgumentException.With.Message.Contain("exclude each other"));
    }

    private CloseOutcome? Judge(TlsTrust trust, params string[] pins)
    {
        using TlsCertificate certificate = _issued.Load(_middle.Pem);
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MinimumProtocol = protocol, MaximumProtocol = protocol });
        using TlsContext client = Client(new TlsClientOptions { Trust = trust, PinnedKeys = pins });
        using var pair = new MachinePair(server, client);
        return pair.Settle().Client;
    }

    private TlsContext Client(TlsClientOptions options) => TlsContext.CreateClient(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });

    private static void Rehash(string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo("openssl", ["rehash", folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
    }
}
