using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The bench's certificate and key where other programs can read them.</summary>
internal sealed class PemFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-peers-");

    public PemFiles(Bench bench)
    {
        Certificate = Path.Combine(_folder.FullName, "certificate.pem");
        Key = Path.Combine(_folder.FullName, "key.pem");
        File.WriteAllBytes(Certificate, bench.Certificate.ExportCertificatePem());
        File.WriteAllBytes(Key, bench.Certificate.ExportPrivateKeyPem());
    }

    public string Certificate { get; }

    public string Key { get; }

    /// <summary>A place for one more file.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
