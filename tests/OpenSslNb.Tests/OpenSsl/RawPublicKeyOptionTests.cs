using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>What can be said of types of certificates and of keys, and what is refused.</summary>
public sealed class RawPublicKeyOptionTests
{
    private static readonly TlsCertificateType[] s_raw = [TlsCertificateType.RawPublicKey];
    private static readonly TlsCertificateType[] s_both = [TlsCertificateType.RawPublicKey, TlsCertificateType.X509];
    private static readonly TlsCertificateType[][] s_noLists = [[], [TlsCertificateType.X509, TlsCertificateType.X509], [(TlsCertificateType)1]];

    private readonly TlsCertificate _key = RawKeys.Create();

    [OneTimeTearDown]
    public void Free() => _key.Dispose();

    [Test]
    public void An_OpenSSL_without_them_is_named()
    {
        OpenSslLibrary.EnsureLoaded();
        if (OpenSslCapabilities.HasRawPublicKeys) Assert.Ignore($"{OpenSslLibrary.Version.Text} has raw public keys");
        AssertRefused(new TlsClientOptions { PeerCertificateTypes = s_both }, "PeerCertificateTypes with RawPublicKey needs OpenSSL 3.2, and this is OpenSSL ");
        AssertRefused(new TlsServerOptions { Certificate = _key, OwnCertificateTypes = s_raw }, "OwnCertificateTypes with RawPublicKey needs OpenSSL 3.2, and this is OpenSSL ");
    }

    [TestCaseSource(nameof(s_noLists))]
    public void Lists_that_are_none_are_refused(TlsCertificateType[] types)
    {
        AssertRefused(new TlsClientOptions { PeerCertificateTypes = types }, "PeerCertificateTypes");
        AssertRefused(new TlsServerOptions { Certificate = _key, OwnCertificateTypes = types }, "OwnCertificateTypes");
    }

    [Test]
    public void A_key_alone_is_no_certificate()
    {
        AssertRefused(new TlsServerOptions { Certificate = _key }, "without a certificate");
        AssertRefused(new TlsClientOptions { Certificate = _key }, "without a certificate");
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        AssertRefused(new TlsServerOptions { Certificate = certificate, NamedCertificates = new Dictionary<string, TlsCertificate> { ["a.example"] = _key } }, "without a certificate");
        Assert.Throws<InvalidOperationException>(() => _key.ExportCertificatePem());
        Assert.Throws<InvalidOperationException>(() => _key.SetOcspResponse([1]));
        Assert.Throws<InvalidOperationException>(() => _ = new OcspStapler(_key, new OcspStaplerOptions()));
        Assert.That((_key.HasCertificate, certificate.HasCertificate), Is.EqualTo((false, true)));
    }

    [Test]
    public void Demands_that_do_not_fit_are_refused()
    {
        AssertRefused(new TlsClientOptions { TrustedPeerKeys = [_key.PublicKey] }, "RawPublicKey among PeerCertificateTypes");
        RawKeys.Require();
        AssertRefused(new TlsClientOptions { PeerCertificateTypes = s_both, Stapling = StaplePolicy.Require }, "no status");
        AssertRefused(new TlsClientOptions { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_key.PublicKey], DangerouslyAcceptAnyPeerCertificate = true }, "exclude each other");
        AssertRefused(new TlsServerOptions { Certificate = _key, OwnCertificateTypes = s_raw, PeerCertificateTypes = s_both }, "need ClientTrust");
    }

    [Test]
    public void A_public_key_is_read_from_PEM_and_DER_and_is_what_others_make_of_it()
    {
        OpenSslLibrary.EnsureLoaded();
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = made.ExportSubjectPublicKeyInfo();
        byte[] pem = Encoding.ASCII.GetBytes(made.ExportSubjectPublicKeyInfoPem());
        TlsPublicKey key = TlsPublicKey.FromDer(der);
        Assert.That(key.SubjectPublicKeyInfo.ToArray(), Is.EqualTo(der));
        Assert.That(key, Is.EqualTo(TlsPublicKey.FromPem(pem)).And.Not.EqualTo(_key.PublicKey));
        Assert.That(key.GetHashCode(), Is.EqualTo(TlsPublicKey.FromPem(pem).GetHashCode()));
        Assert.That(key.Pin, Is.EqualTo("sha256//" + Convert.ToBase64String(SHA256.HashData(der))));
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(path, der);
            Assert.That(TlsPublicKey.FromFile(path), Is.EqualTo(key));
            File.WriteAllBytes(path, pem);
            Assert.That(TlsPublicKey.FromFile(path), Is.EqualTo(key));
            File.WriteAllBytes(path, made.ExportECPrivateKey());
            Assert.Throws<OpenSslException>(() => TlsPublicKey.FromFile(path));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Throws<OpenSslException>(() => TlsPublicKey.FromDer([.. der, 0]));
        Assert.Throws<OpenSslException>(() => TlsPublicKey.FromDer([]));
        Assert.Throws<OpenSslException>(() => TlsPublicKey.FromPem([]));
    }

    [Test]
    public void A_private_key_is_read_from_PEM_and_DER_encrypted_or_not()
    {
        OpenSslLibrary.EnsureLoaded();
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var expected = TlsPublicKey.FromDer(made.ExportSubjectPublicKeyInfo());
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        byte[] encrypted = made.ExportEncryptedPkcs8PrivateKey("secret", parameters);
        byte[] pem = Encoding.ASCII.GetBytes(made.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters));
        AssertKey(TlsCertificate.FromPrivateKeyDer(made.ExportPkcs8PrivateKey()), expected);
        AssertKey(TlsCertificate.FromPrivateKeyDer(encrypted, "secret"), expected);
        AssertKey(TlsCertificate.FromPrivateKeyPem(pem, "secret"), expected);
        Assert.Throws<OpenSslException>(() => TlsCertificate.FromPrivateKeyPem(pem).Dispose());
        Assert.Throws<OpenSslException>(() => TlsCertificate.FromPrivateKeyDer(encrypted, "wrong").Dispose());
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(path, pem);
            AssertKey(TlsCertificate.FromPrivateKeyFile(path, "secret"), expected);
            File.WriteAllBytes(path, encrypted);
            AssertKey(TlsCertificate.FromPrivateKeyFile(path, "secret"), expected);
            File.WriteAllBytes(path, made.ExportECPrivateKey());
            AssertKey(TlsCertificate.FromPrivateKeyUri("file:" + path), expected);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertKey(TlsCertificate key, TlsPublicKey expected)
    {
        using (key) Assert.That(key.PublicKey, Is.EqualTo(expected));
    }

    private static void AssertRefused(TlsClientOptions options, string text) => Assert.That(() => TlsContext.CreateClient(options).Dispose(), Throws.ArgumentException.With.Message.Contains(text));

    private static void AssertRefused(TlsServerOptions options, string text) => Assert.That(() => TlsContext.CreateServer(options).Dispose(), Throws.ArgumentException.With.Message.Contains(text));
}
