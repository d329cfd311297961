namespace OpenSslNb.Cli;

/// <summary>The certificates of one loop: objects of OpenSSL that no other loop touches.</summary>
internal sealed class ServeIdentity : IDisposable
{
    private readonly Dictionary<string, TlsCertificate> _named = [];
    private readonly TlsCertificate _certificate;

    private ServeIdentity(TlsCertificate certificate) => _certificate = certificate;

    public static ServeIdentity Load(string certificate, string key, IReadOnlyList<NamedCertificate> named)
    {
        var identity = new ServeIdentity(TlsCertificate.FromPemFiles(certificate, key));
        try
        {
            foreach (NamedCertificate one in named)
            {
                if (!identity._named.TryAdd(one.Name, TlsCertificate.FromPemFile(one.Path))) throw new ArgumentException($"--named-cert gives the name '{one.Name}' twice");
            }

            return identity;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    public TlsServerOptions ApplyTo(TlsServerOptions options) => options with { Certificate = _certificate, NamedCertificates = _named };

    public void Dispose()
    {
        _certificate.Dispose();
        foreach (TlsCertificate certificate in _named.Values) certificate.Dispose();
    }
}
