using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.Cli.Tests;

/// <summary>Two authorities and what they have signed, as files and in memory. Made by .NET, so that the product does not vouch for itself.</summary>
internal static class Pki
{
    private static readonly string s_directory = Directory.CreateTempSubdirectory("opensslnb-cli-tests-").FullName;

    public static X509Certificate2 Authority { get; } = CreateAuthority("authority");

    public static X509Certificate2 OtherAuthority { get; } = CreateAuthority("other authority");

    /// <summary>Good for localhost, 127.0.0.1 and ::1; signed by <see cref="Authority"/>.</summary>
    public static X509Certificate2 Server { get; } = Issue("server", Authority);

    /// <summary>Signed by <see cref="Authority"/>.</summary>
    public static X509Certificate2 Client { get; } = Issue("client", Authority);

    /// <summary>Signed by <see cref="OtherAuthority"/>.</summary>
    public static X509Certificate2 Stranger { get; } = Issue("stranger", OtherAuthority);

    public static string AuthorityFile => PathOf("authority.pem");

    public static string OtherAuthorityFile => PathOf("other authority.pem");

    public static string ServerFile => PathOf("server.pem");

    public static string ServerKeyFile => PathOf("server.key");

    public static string ClientFile => PathOf("client.pem");

    public static string ClientKeyFile => PathOf("client.key");

    /// <summary>What <see cref="Authority"/> has revoked: a list in PEM.</summary>
    public static string RevocationList(params X509Certificate2[] revoked)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (X509Certificate2 certificate in revoked) list.AddEntry(certificate);
        byte[] der = list.Build(Authority, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256);
        return PemEncoding.WriteString("X509 CRL", der) + "\n";
    }

    /// <summary>A file name that nobody else uses. The file is not made, and is deleted after all tests.</summary>
    public static string NewFile(string extension) => PathOf(Path.GetRandomFileName() + extension);

    public static void Delete() => Directory.Delete(s_directory, recursive: true);

    private static string PathOf(string name) => Path.Combine(s_directory, name);

    private static X509Certificate2 CreateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(6));
        File.WriteAllText(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        return certificate;
    }

    private static X509Certificate2 Issue(string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(5), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf($"{name}.pem"), bare.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return bare.CopyWithPrivateKey(key);
    }
}
