using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>An authority that issues certificates as a test needs them, made without the library under test.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    /// <param name="name">Its common name.</param>
    /// <param name="issuer">Who signs it; null for a root.</param>
    public TestAuthority(string name = "test root", TestAuthority? issuer = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        _certificate = issuer is null
            ? request.CreateSelfSigned(now.AddYears(-2), now.AddYears(2))
            : request.Create(issuer._certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer._key), now.AddYears(-1), now.AddYears(1), Serial());
    }

    /// <summary>Its certificate.</summary>
    public byte[] Pem => Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem() + "\n");

    /// <summary>Trust in it alone.</summary>
    public TlsTrust Trust => TlsTrust.FromPem(Pem);

    /// <summary>Issues a certificate.</summary>
    /// <param name="names">DNS names and IP addresses.</param>
    /// <param name="notAfter">Its end; in an hour unless given.</param>
    /// <param name="notBefore">Its beginning; an hour ago unless given.</param>
    public IssuedCertificate Issue(string[] names, DateTimeOffset? notAfter = null, DateTimeOffset? notBefore = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issued", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.Create(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), notBefore ?? now.AddHours(-1), notAfter ?? now.AddHours(1), Serial());
        return new IssuedCertificate(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static byte[] Serial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7F;
        return serial;
    }
}

/// <summary>A certificate and its key, PEM.</summary>
public sealed record IssuedCertificate(byte[] CertificatePem, byte[] KeyPem)
{
    /// <summary>With other certificates behind it.</summary>
    public TlsCertificate Load(params byte[][] behind) => TlsCertificate.FromPem([.. CertificatePem, .. behind.SelectMany(p => p)], KeyPem);

    /// <summary>The key encrypted with a password, PKCS#8.</summary>
    public byte[] EncryptedKeyPem(string password)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(Encoding.ASCII.GetString(KeyPem));
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        return Encoding.ASCII.GetBytes(key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters) + "\n");
    }
}
