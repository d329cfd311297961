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
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        _certificate = issuer is null
            ? request.CreateSelfSigned(now.AddYears(-2), now.AddYears(2))
            : request.Create(issuer._certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer._key), now.AddYears(-1), now.AddYears(1), Serial());
    }

    /// <summary>Its certificate.</summary>
    public byte[] Pem => Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem() + "\n");

    /// <summary>The same as DER.</summary>
    public byte[] Der => _certificate.RawData;

    /// <summary>Its private key, PEM.</summary>
    public byte[] KeyPem => Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem() + "\n");

    /// <summary>What it says about a certificate that it has issued, good for an hour unless changed.</summary>
    public OcspAnswer Answer(IssuedCertificate about) => new() { Certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(about.CertificatePem)), Issuer = _certificate, Key = _key };

    /// <summary>Trust in it alone.</summary>
    public TlsTrust Trust => TlsTrust.FromPem(Pem);

    /// <summary>Issues a certificate.</summary>
    /// <param name="names">DNS names and IP addresses.</param>
    /// <param name="notAfter">Its end; in an hour unless given.</param>
    /// <param name="notBefore">Its beginning; an hour ago unless given.</param>
    /// <param name="rsaBits">Length of an RSA key; 0 for an ECDSA P-256 key.</param>
    /// <param name="purpose">Object identifier of the only purpose that it is for (RFC 5280 §4.2.1.12); null for any.</param>
    public IssuedCertificate Issue(string[] names, DateTimeOffset? notAfter = null, DateTimeOffset? notBefore = null, int rsaBits = 0, string? purpose = null)
    {
        using AsymmetricAlgorithm key = rsaBits > 0 ? RSA.Create(rsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest("CN=issued", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=issued", (ECDsa)key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        if (purpose is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.Create(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), notBefore ?? now.AddHours(-1), notAfter ?? now.AddHours(1), Serial());
        return new IssuedCertificate(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
    }

    /// <summary>Its own certificate as one that somebody has issued.</summary>
    public IssuedCertificate AsIssued() => new(Pem, KeyPem);

    /// <summary>A revocation list of this authority, PEM.</summary>
    /// <param name="nextUpdate">When it goes out of force.</param>
    /// <param name="revoked">What it revokes.</param>
    public byte[] RevocationList(DateTimeOffset nextUpdate, params IssuedCertificate[] revoked) => RevocationList(_key, nextUpdate, revoked);

    /// <summary>An empty revocation list in the name of this authority that somebody else has signed, PEM.</summary>
    /// <param name="nextUpdate">When it goes out of force.</param>
    public byte[] ForgedRevocationList(DateTimeOffset nextUpdate)
    {
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return RevocationList(forger, nextUpdate);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private byte[] RevocationList(ECDsa signer, DateTimeOffset nextUpdate, params IssuedCertificate[] revoked)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (IssuedCertificate certificate in revoked) list.AddEntry(X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate.CertificatePem)));
        byte[] der = list.Build(_certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), 1, nextUpdate, HashAlgorithmName.SHA256, X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: false, includeIssuerAndSerial: true), nextUpdate.AddDays(-2));
        return Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", der) + "\n");
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

    /// <summary>With an authority's certificate behind it, in what is sent.</summary>
    public IssuedCertificate Above(TestAuthority authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return this with { CertificatePem = [.. CertificatePem, .. authority.Pem] };
    }

    /// <summary>The key encrypted with a password, PKCS#8.</summary>
    public byte[] EncryptedKeyPem(string password)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(Encoding.ASCII.GetString(KeyPem));
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        return Encoding.ASCII.GetBytes(key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters) + "\n");
    }

    /// <summary>The same as DER.</summary>
    public byte[] EncryptedKeyDer(string password) => Decoded(EncryptedKeyPem(password));

    /// <summary>The ECDSA key in the format before PKCS#8, DER.</summary>
    public byte[] TraditionalKeyDer()
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(Encoding.ASCII.GetString(KeyPem));
        return key.ExportECPrivateKey();
    }

    /// <summary>Certificate and key as DER.</summary>
    public (byte[] Certificate, byte[] Key) Der() => (Decoded(CertificatePem), Decoded(KeyPem));

    /// <summary>With other certificates, which stand before it in the file, in PKCS#12.</summary>
    public byte[] Pkcs12(string? password, params byte[][] others)
    {
        var all = new X509Certificate2Collection();
        foreach (byte[] pem in others) all.Add(X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pem)));
        all.Add(X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(CertificatePem), Encoding.ASCII.GetString(KeyPem)));
        return all.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password);
    }

    private static byte[] Decoded(byte[] pem)
    {
        string text = Encoding.ASCII.GetString(pem);
        return Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);
    }
}
