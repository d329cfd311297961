using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.Benchmarks;

/// <summary>The certificates of all servers, in a folder that goes with this object: ECDSA P-256 and RSA-2048, each signed by itself.</summary>
internal sealed class Identity : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-bench-");

    public Identity()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("ecdsa", new CertificateRequest("CN=localhost", ecdsa, HashAlgorithmName.SHA256), ecdsa.ExportPkcs8PrivateKeyPem());
        using var rsa = RSA.Create(2048);
        Write("rsa", new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), rsa.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The arguments that give a server its certificates.</summary>
    public string[] ServerArguments =>
        ["--ecdsa-cert", File("ecdsa.crt"), "--ecdsa-key", File("ecdsa.key"), "--rsa-cert", File("rsa.crt"), "--rsa-key", File("rsa.key")];

    /// <summary>What a client has to trust, for the listener of this name.</summary>
    public string TrustOf(string port) => File(port == "echo-rsa" ? "rsa.crt" : "ecdsa.crt");

    public void Dispose() => _folder.Delete(recursive: true);

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, CertificateRequest request, string key)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(2));
        System.IO.File.WriteAllText(File($"{name}.crt"), certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(File($"{name}.key"), key);
    }
}
