using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>A certificate with its key, and the chain behind it.</summary>
internal sealed record Identity(X509Certificate2 Certificate, X509Certificate2Collection Chain)
{
    public static Identity Load(string certificatePath, string keyPath)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificatePath);
        chain.RemoveAt(0);
        return new Identity(X509Certificate2.CreateFromPemFile(certificatePath, keyPath), chain);
    }

    /// <summary>What is looked up once and not for each connection; the native context hangs on it too.</summary>
    public SslStreamCertificateContext CreateContext() => SslStreamCertificateContext.Create(Certificate, Chain, offline: true);
}
