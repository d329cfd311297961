namespace OpenSslNb.Cli;

/// <summary>A certificate, and others for the same names with keys of other kinds.</summary>
internal sealed class OwnCertificates : IDisposable
{
    private readonly List<TlsCertificate> _all = [];

    /// <summary>Reads them, all or none.</summary>
    /// <param name="first">Null for none at all.</param>
    /// <param name="additional">The others.</param>
    /// <param name="password">Of them all; null for none.</param>
    public static OwnCertificates Load(IdentitySource? first, IReadOnlyList<IdentitySource> additional, string? password)
    {
        var certificates = new OwnCertificates();
        try
        {
            if (first is { } own) certificates._all.Add(own.Load(password));
            foreach (IdentitySource source in additional) certificates._all.Add(source.Load(password));
            return certificates;
        }
        catch
        {
            certificates.Dispose();
            throw;
        }
    }

    public TlsCertificate? First => _all.FirstOrDefault();

    public IReadOnlyList<TlsCertificate> Additional => [.. _all.Skip(1)];

    public void Dispose() => _all.ForEach(certificate => certificate.Dispose());
}
