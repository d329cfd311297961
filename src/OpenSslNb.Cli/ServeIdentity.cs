namespace OpenSslNb.Cli;

/// <summary>The certificates of one loop: objects of OpenSSL that no other loop touches.</summary>
internal sealed class ServeIdentity : IDisposable
{
    private readonly Dictionary<string, TlsCertificate> _named = [];
    private readonly List<TlsCertificate> _additional = [];
    private readonly TlsCertificate _certificate;
    private OcspStapler? _stapler;

    private ServeIdentity(TlsCertificate certificate) => _certificate = certificate;

    /// <param name="certificate">Chain, PEM.</param>
    /// <param name="key">Its key: a file or a URI.</param>
    /// <param name="named">Others by name.</param>
    /// <param name="additional">Files of others for the same names, with keys of other kinds.</param>
    /// <param name="staple">Where the certificate's OCSP response comes from; null for none.</param>
    public static ServeIdentity Load(string certificate, string key, IReadOnlyList<NamedCertificate> named, IReadOnlyList<string> additional, StapleSource? staple = null)
    {
        var identity = new ServeIdentity(IdentityFiles.Load(certificate, key));
        try
        {
            identity._stapler = staple?.ApplyTo(identity._certificate);
            foreach (string path in additional) identity._additional.Add(TlsCertificate.FromPemFile(path));
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

    public TlsServerOptions ApplyTo(TlsServerOptions options) => options with { Certificate = _certificate, AdditionalCertificates = _additional, NamedCertificates = _named };

    public void Dispose()
    {
        _stapler?.Dispose();
        _certificate.Dispose();
        foreach (TlsCertificate certificate in _named.Values.Concat(_additional)) certificate.Dispose();
    }
}
