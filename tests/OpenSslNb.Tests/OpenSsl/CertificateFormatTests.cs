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
        using TlsCertificate certificate = TlsCertificate.FromDer(own, key, chain: [_lower.Der, _middle.Der]);
        AssertServes(certificate);
        Assert.That(Refusal(() => TlsCertificate.FromDer(own.AsSpan(1), key)), Does.Contain("the certificate is no X.509 certificate"));
        Assert.That(Refusal(() => TlsCertificate.FromDer((byte[])[.. own, 0, 0], key)), Does.Contain("2 bytes behind the certificate"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(own, own)), Does.Contain("no private key"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(own, key, chain: [[1, 2, 3]])), Does.Contain("a certificate of the chain"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(own, _root.Issue(["other"]).Der().Key)), Does.Contain("does not belong"));
    }

    [Test]
    public void An_encrypted_key_in_DER_needs_its_password()
    {
        byte[] key = _issued.EncryptedKeyDer("secret");
        using (TlsCertificate certificate = TlsCertificate.FromDer(_issued.Der().Certificate, key, "secret", _lower.Der, _middle.Der)) AssertServes(certificate);
        Assert.That(Refusal(() => TlsCertificate.FromDer(_issued.Der().Certificate, key, "other")), Does.Contain("is the password right?"));
        Assert.That(Refusal(() => TlsCertificate.FromDer(_issued.Der().Certificate, key)), Does.Contain("encrypted and no password was given"));
    }

    // What each file is; the second is empty where the first has the key with it.
    [TestCase("pem", "pem")]
    [TestCase("pem", "encrypted pem")]
    [TestCase("pem", "der")]
    [TestCase("pem", "encrypted der")]
    [TestCase("pem", "short der")]
    [TestCase("pem with its key", "")]
    [TestCase("pkcs12", "")]
    [TestCase("pkcs12 with a password", "")]
    [TestCase("der", "pem")]
    [TestCase("der", "der")]
    public void Files_are_taken_in_whatever_format_they_are_in(string certificateFormat, string keyFormat)
    {
        using var files = new TemporaryFiles();
        string certificatePath = files.Write(Certificate(certificateFormat));
        string? keyPath = keyFormat.Length == 0 ? null : files.Write(Key(keyFormat));
        bool hasPassword = certificateFormat.Contains("password", StringComparison.Ordinal) || keyFormat.StartsWith("encrypted", StringComparison.Ordinal);
        using (TlsCertificate certificate = TlsCertificate.FromFiles(certificatePath, keyPath, hasPassword ? "secret" : null))
        {
            AssertServes(certificate, certificateFormat == "der" ? _lower.Trust.WithPartialChains() : _root.Trust);
        }

        if (hasPassword) Assert.That(Refusal(() => TlsCertificate.FromFiles(certificatePath, keyPath, "other")), Does.Contain(keyPath ?? certificatePath).And.Contain("is the password right?"));
    }

    [Test]
    public void Files_that_do_not_fit_each_other_are_named()
    {
        using var files = new TemporaryFiles();
        string der = files.Write(Certificate("der"));
        string key = files.Write(Key("der"));
        string pkcs12 = files.Write(Certificate("pkcs12"));
        string other = files.Write(_root.Issue(["other"]).KeyPem);
        Assert.That(Refusal(() => TlsCertificate.FromFiles(der)), Does.Contain(der).And.Contain("the key's file is needed"));
        Assert.That(Refusal(() => TlsCertificate.FromFiles(pkcs12, key)), Does.Contain(pkcs12).And.Contain(key));
        Assert.That(Refusal(() => TlsCertificate.FromFiles(der, pkcs12)), Does.Contain(pkcs12));
        Assert.That(Refusal(() => TlsCertificate.FromFiles(der, der)), Does.Contain(der));
        Assert.That(Refusal(() => TlsCertificate.FromFiles(der, other)), Does.Contain(other).And.Contain("does not belong"));
        Assert.That(Refusal(() => TlsCertificate.FromFiles(key, key)), Does.Contain(key));
        Assert.That(Refusal(() => TlsCertificate.FromFiles(files.Write([]))), Does.Contain("no PEM certificate"));
        Assert.That(() => TlsCertificate.FromFiles(der + ".none"), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(der));
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

    private byte[] Certificate(string format) => format switch
    {
        "pem" => [.. _issued.CertificatePem, .. _lower.Pem, .. _middle.Pem],
        "pem with its key" => [.. _issued.KeyPem, .. _issued.CertificatePem, .. _lower.Pem, .. _middle.Pem],
        "der" => _issued.Der().Certificate,
        "pkcs12" => _issued.Pkcs12("", _lower.Pem, _middle.Pem),
        "pkcs12 with a password" => _issued.Pkcs12("secret", _lower.Pem, _middle.Pem),
        _ => throw new ArgumentException(format),
    };

    private byte[] Key(string format) => format switch
    {
        "pem" => _issued.KeyPem,
        "encrypted pem" => _issued.EncryptedKeyPem("secret"),
        "der" => _issued.Der().Key,
        "encrypted der" => _issued.EncryptedKeyDer("secret"),

        // RFC 5915: 121 bytes, whose length stands in one.
        "short der" => _issued.TraditionalKeyDer(),
        _ => throw new ArgumentException(format),
    };

    private void AssertServes(TlsCertificate certificate) => AssertServes(certificate, _root.Trust);

    private static void AssertServes(TlsCertificate certificate, TlsTrust trust)
    {
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = trust });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
    }

    private sealed class TemporaryFiles : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("opensslnb-formats-").FullName;
        private int _count;

        public string Write(byte[] content)
        {
            string path = Path.Combine(_folder, $"file{++_count}");
            File.WriteAllBytes(path, content);
            return path;
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }

    private static string Refusal(Func<TlsCertificate> read) => Assert.Throws<OpenSslException>(() => read().Dispose())!.Message;
}
