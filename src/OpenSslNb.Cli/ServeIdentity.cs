namespace OpenSslNb.Cli;

/// <summary>The certificates of one loop: objects of OpenSSL that no other loop touches.</summary>
internal sealed class ServeIdentity : IDisposable
{
    private readonly Dictionary<string, TlsCertificate> _named = [];
    private readonly OwnCertificates _own;
    private OcspStapler? _stapler;

    private ServeIdentity(OwnCertificates own) => _own = own;

    /// <summary>Reads them.</summary>
    /// <exception cref="Exception">What was no good; the message names it.</exception>
    public static ServeIdentity Load(ServerIdentity from)
    {
        string? password = from.ReadPassword();
        var identity = new ServeIdentity(OwnCertificates.Load(from.Certificate, from.Additional, password));
        try
        {
            identity._stapler = from.Staple?.ApplyTo(identity._own.First!);
            foreach (NamedCertificate one in from.Named)
            {
                if (!identity._named.TryAdd(one.Name, one.Source.Load(password))) throw new ArgumentException($"--named-cert gives the name '{one.Name}' twice");
            }

            return identity;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    /// <summary>Looks whether clients can verify the certificates now. Those that are in use already are better than ones that nobody can; where there are none, it is just told.</summary>
    public void CheckUse(bool isReload)
    {
        foreach (TlsCertificate certificate in ((IEnumerable<TlsCertificate>)[_own.First!, .. _own.Additional, .. _named.Values]).Where(certificate => certificate is not null))
        {
            if (CertificateUse.FaultOf(certificate) is not { } fault) continue;
            if (isReload) throw new IOException(fault);
            Console.Error.WriteLine($"opensslnb: {fault}");
        }
    }

    public TlsServerOptions ApplyTo(TlsServerOptions options) => options with { Certificate = _own.First, AdditionalCertificates = _own.Additional, NamedCertificates = _named };

    public void Dispose()
    {
        _stapler?.Dispose();
        _own.Dispose();
        foreach (TlsCertificate certificate in _named.Values) certificate.Dispose();
    }
}

/// <summary>Where a server's certificates are. They may have changed when they are read again.</summary>
/// <param name="Certificate">The one for clients that ask for no name.</param>
/// <param name="Additional">Others for the same names, with keys of other kinds.</param>
/// <param name="Named">Others by name.</param>
/// <param name="Staple">Where the first one's OCSP response comes from; null for none.</param>
/// <param name="ReadPassword">The password of them all.</param>
internal sealed record ServerIdentity(IdentitySource Certificate, IReadOnlyList<IdentitySource> Additional, IReadOnlyList<NamedCertificate> Named, StapleSource? Staple, Func<string?> ReadPassword)
{
    /// <summary>Null for none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>All files among them.</summary>
    public string[] Files => [.. PasswordFile is { } secret ? [secret] : Array.Empty<string>(), .. Certificate.Files, .. Additional.SelectMany(source => source.Files), .. Named.SelectMany(one => one.Source.Files), .. Staple?.Path is { } status ? [status] : Array.Empty<string>()];
}
