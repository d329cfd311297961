using System.Text;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Certificates and keys in each of the formats that people have them in, and what is said of those that are broken.</summary>
public sealed class CertificateFormatTests
{
    private readonly TestAuthority _root = new();
    private TestAuthority _middle = null!;
    private TestAuthority _lower = null!;
    private IssuedCertificate _issued = null!;

    [OneTimeSetUp]
    public void Begin()
    {
        _middle = new TestAuthority("middle", _root);
        _lower = new TestAuthority("lower", _middle);
        _issued = _lower.Issue(["localhost"]);
    }

    [OneTimeTearDown]
    public void End()
    {
        _lower.Dispose();
        _middle.Dispose();
        _root.Dispose();
    }

    [TestCase("secret")]
    [TestCase("")]
    public void PKCS_12_gives_the_chain_in_order_whatever_its_order_in_the_file(string password)
    {
        byte[][] others = [_middle.Pem, _lower.Pem];
        foreach (byte[][] order in (byte[][][])[others, [.. others.Reverse()]])
        {
            using TlsCertificate certificate = TlsCertificate.FromPkcs12(_issued.Pkcs12(password, order), password);
            Assert.That(certificate.ExportCertificatePem(), Is.EqualTo((byte[])[.. _issued.CertificatePem, .. _lower.Pem, .. _middle.Pem]));
            AssertServes(certificate);
        }
    }

    [Test]
    public void PKCS_12_with_another_password_or_something_else_is_refused_in_words()
    {
        byte[] file = _issued.Pkcs12("secret");
        Assert.That(Refusal(() => TlsCertificate.FromPkcs12(file, "other")), Does.Contain("is the password right?"));
        Assert.That(Refusal(() => TlsCertificate.FromPkcs12(file)), Does.Contain("without a password"));
        Assert.That(Refusal(() => TlsCertificate.FromPkcs12(_issued.CertificatePem, "secret")), Does.Contain("is not PKCS#12"));
        Assert.That(Refusal(() => TlsCertificate.FromPkcs12([], "secret")), Does.Contain("is not PKCS#12"));
    }

    [Test]
    public void A_PKCS_12_file_is_named_when_it_is_no_good()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, _issued.Pkcs12("secret", _lower.Pem, _middle.Pem));
            using (TlsCertificate certificate = TlsCertificate.FromPkcs12File(path, "secret")) AssertServes(certificate);
            File.WriteAllText(path, "nothing");
            Assert.That(Refusal(() => TlsCertificate.FromPkcs12File(path)), Does.Contain(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void DER_is_taken_with_the_chain_behind_it()
    {
        (byte[] own, byte[] key) = _issued.Der();
        byte[][] chain = [.. new[] { _lower, _middle }.Select(authority => new IssuedCertificate(authority.Pem, _issued.KeyPem).Der().Certificate)];
        using TlsCertificate certificate = TlsCertificate.FromDer(own, key, chain);
        AssertServes(certificate);
        Assert.That(Refusal(() => TlsCertificate.FromDer(own.AsSpan(1), key)), Does.Contain("the certificate is no X.509 certificate"));
        Assert.That(Refusal(() => TlsCertificate.FromDer((byte[])[.. own, 0, 0], key)), Does.Contain("2 bytes behind the certificate"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(own, own)), Does.Contain("no private key"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(own, key, [[1, 2, 3]])), Does.Contain("a certificate of the chain"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(own, _root.Issue(["other"]).Der().Key)), Does.Contain("does not belong"));
    }

    [Test]
    public void One_file_of_PEM_may_hold_everything()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. _issued.KeyPem, .. _issued.CertificatePem, .. _lower.Pem, .. _middle.Pem]);
            using (TlsCertificate certificate = TlsCertificate.FromPemFile(path)) AssertServes(certificate);
            File.WriteAllBytes(path, _issued.CertificatePem);
            Assert.That(Refusal(() => TlsCertificate.FromPemFile(path)), Does.Contain(path).And.Contain("no PEM private key"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void What_was_read_is_freed()
    {
        (int Certificate, int Key) before = (NativeLive.Certificate, NativeLive.Key);
        byte[] file = _issued.Pkcs12("secret", _lower.Pem);
        TlsCertificate.FromPkcs12(file, "secret").Dispose();
        _ = Refusal(() => TlsCertificate.FromPkcs12(file, "other"));
        _ = Refusal(() => TlsCertificate.FromDer(_issued.Der().Certificate, _root.Issue(["other"]).Der().Key));
        Assert.That((NativeLive.Certificate, NativeLive.Key), Is.EqualTo(before));
    }

    private void AssertServes(TlsCertificate certificate)
    {
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
    }

    private static string Refusal(Func<TlsCertificate> read) => Assert.Throws<OpenSslException>(() => read().Dispose())!.Message;
}
