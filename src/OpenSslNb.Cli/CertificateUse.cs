using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OpenSslNb.Cli;

/// <summary>Whether clients can verify a server's certificate, as far as the server can tell.</summary>
internal static class CertificateUse
{
    // RFC 5280 §4.2.1.12.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyPurpose = "2.5.29.37.0";

    /// <summary>What is wrong with it now, in words; null when nothing is.</summary>
    public static string? FaultOf(TlsCertificate certificate)
    {
        // A key alone has no dates and no purpose.
        if (!certificate.HasCertificate) return null;
        using X509Certificate2 own = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate.ExportCertificatePem()));
        DateTime now = DateTime.UtcNow;
        if (now > own.NotAfter.ToUniversalTime()) return $"the certificate of {own.Subject} has expired on {own.NotAfter.ToUniversalTime():u}";
        if (now < own.NotBefore.ToUniversalTime()) return $"the certificate of {own.Subject} is not valid before {own.NotBefore.ToUniversalTime():u}";
        bool isForServers = own.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(usage => usage.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(purpose => purpose.Value is ServerAuthentication or AnyPurpose));
        return isForServers ? null : $"the certificate of {own.Subject} is not for servers (its extended key usage)";
    }
}
