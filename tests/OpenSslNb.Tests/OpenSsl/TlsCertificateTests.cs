using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

public sealed class TlsCertificateTests
{
    private const string Password = "correct horse";

    private readonly string _folder = Directory.CreateTempSubdirectory("opensslnb-tests-").FullName;
    private readonly TestAuthority _root = new();
    private IssuedCertificate _issued = null!;

    [OneTimeSetUp]
    public void Begin() => _issued = _root.Issue(["localhost"]);

    [OneTimeTearDown]
    public void End()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void A_chain_and_a_key_come_from_files()
    {
        using TlsCertificate certificate = TlsCertificate.FromPemFiles(Write("chain.pem", [.. _issued.CertificatePem, .. _root.Pem]), Write("key.pem", _issued.KeyPem));
        Assert.That(Lines(certificate.ExportCertificatePem()), Is.EqualTo(Lines([.. _issued.CertificatePem, .. _root.Pem])), "in the order of the file");
        Assert.That(Lines(certificate.ExportPrivateKeyPem()), Is.EqualTo(Lines(_issued.KeyPem)));
    }

    [Test]
    public void Text_between_the_certificates_does_not_matter()
    {
        byte[] chain = [.. "issued to localhost:\n"u8, .. _issued.CertificatePem, .. "\nand its root:\n"u8, .. _root.Pem, .. "\nthe end\n"u8];
        using TlsCertificate certificate = TlsCertificate.FromPem(chain, _issued.KeyPem);
        Assert.That(Lines(certificate.ExportCertificatePem()), Is.EqualTo(Lines([.. _issued.CertificatePem, .. _root.Pem])));
    }

    [Test]
    public void What_is_exported_can_be_loaded_again()
    {
        using TlsCertificate made = TlsCertificate.CreateSelfSigned(["a.example", "10.0.0.1", "::1"], TimeSpan.FromMinutes(5));
        using TlsCertificate loaded = TlsCertificate.FromPem(made.ExportCertificatePem(), made.ExportPrivateKeyPem());
        Assert.That(loaded.ExportCertificatePem(), Is.EqualTo(made.ExportCertificatePem()));
    }

    [Test]
    public void An_encrypted_key_opens_with_its_password()
    {
        byte[] key = _issued.EncryptedKeyPem(Password);
        using TlsCertificate fromMemory = TlsCertificate.FromPem(_issued.CertificatePem, key, Password);
        using TlsCertificate fromFiles = TlsCertificate.FromPemFiles(Write("c.pem", _issued.CertificatePem), Write("k.pem", key), Password);
        Assert.That(Lines(fromMemory.ExportPrivateKeyPem()), Is.EqualTo(Lines(_issued.KeyPem)));
        Assert.That(Lines(fromFiles.ExportPrivateKeyPem()), Is.EqualTo(Lines(_issued.KeyPem)));
    }

    [Test]
    public void A_password_beyond_ASCII_is_taken_as_UTF_8()
    {
        using TlsCertificate certificate = TlsCertificate.FromPem(_issued.CertificatePem, _issued.EncryptedKeyPem("pässwörd ✓"), "pässwörd ✓");
        Assert.That(Lines(certificate.ExportPrivateKeyPem()), Is.EqualTo(Lines(_issued.KeyPem)));
    }

    [Test]
    public void A_password_for_a_key_that_has_none_does_no_harm()
    {
        using TlsCertificate certificate = TlsCertificate.FromPem(_issued.CertificatePem, _issued.KeyPem, Password);
        Assert.That(Lines(certificate.ExportPrivateKeyPem()), Is.EqualTo(Lines(_issued.KeyPem)));
    }

    [TestCase("wrong", "password right")]
    [TestCase("", "password right")]
    [TestCase(null, "no password was given")]
    public void A_wrong_or_missing_password_is_said_to_be_that_and_the_file_is_named(string? password, string words)
    {
        string certificate = Write("c.pem", _issued.CertificatePem);
        string key = Write("secret-key.pem", _issued.EncryptedKeyPem(Password));
        OpenSslException fault = Fault(() => TlsCertificate.FromPemFiles(certificate, key, password));
        Assert.That(fault.Message, Does.Contain(key).And.Contain(words));
        Assert.That(fault.Message, Does.Not.Contain(Password));
    }

    [Test]
    public void A_key_that_belongs_to_another_certificate_is_refused_and_both_files_are_named()
    {
        string certificate = Write("mine.pem", _issued.CertificatePem);
        string key = Write("yours.pem", _root.Issue(["localhost"]).KeyPem);
        OpenSslException fault = Fault(() => TlsCertificate.FromPemFiles(certificate, key));
        Assert.That(fault.Message, Does.Contain(certificate).And.Contain(key).And.Contain("does not belong"));
    }

    [TestCase("")]
    [TestCase("this is no PEM at all")]
    [TestCase("-----BEGIN PRIVATE KEY-----")]
    public void Text_without_a_certificate_is_refused(string text)
    {
        string path = Write("certificate.pem", Encoding.ASCII.GetBytes(text));
        OpenSslException fault = Fault(() => TlsCertificate.FromPemFiles(path, Write("key.pem", _issued.KeyPem)));
        Assert.That(fault.Message, Does.Contain(path));
    }

    [Test]
    public void A_certificate_that_is_cut_off_is_refused_also_behind_a_good_one()
    {
        byte[] half = _issued.CertificatePem[..(_issued.CertificatePem.Length / 2)];
        Assert.That(Fault(() => TlsCertificate.FromPem(half, _issued.KeyPem)).Message, Does.Contain("the certificate text"));
        byte[] garbled = Encoding.ASCII.GetBytes("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Assert.That(Fault(() => TlsCertificate.FromPem([.. _issued.CertificatePem, .. garbled], _issued.KeyPem)).Message, Does.Contain("malformed"));
    }

    [TestCase("", "holds no PEM private key")]
    [TestCase("garbage", "holds no PEM private key")]
    [TestCase("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "malformed")]
    public void Text_without_a_key_is_refused(string text, string words)
    {
        OpenSslException fault = Fault(() => TlsCertificate.FromPem(_issued.CertificatePem, Encoding.ASCII.GetBytes(text)));
        Assert.That(fault.Message, Does.Contain(words).And.Contain("the key text"));
    }

    [Test]
    public void A_missing_file_is_named()
    {
        string here = Write("here.pem", _issued.CertificatePem);
        string missing = Path.Combine(_folder, "missing.pem");
        Assert.That(Assert.Throws<FileNotFoundException>(() => TlsCertificate.FromPemFiles(missing, here))!.Message, Does.Contain(missing));
        Assert.That(Assert.Throws<FileNotFoundException>(() => TlsCertificate.FromPemFiles(here, missing))!.Message, Does.Contain(missing));
        Assert.That(Assert.Throws<FileNotFoundException>(() => TlsTrust.FromPemFile(missing))!.Message, Does.Contain(missing));
    }

    [Test]
    public void A_self_signed_certificate_needs_a_name_and_a_lifetime()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsCertificate.CreateSelfSigned([], TimeSpan.FromHours(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsCertificate.CreateSelfSigned(["a"], TimeSpan.Zero));
    }

    private static OpenSslException Fault(Action action) => Assert.Throws<OpenSslException>(() => action())!;

    private static string[] Lines(byte[] pem) => Encoding.ASCII.GetString(pem).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
