namespace OpenSslNb.Cli;

/// <summary>A file, or a responder that is asked.</summary>
/// <param name="path">The file; null when a responder is asked.</param>
/// <param name="responder">Whom to ask; null for whom the certificate names.</param>
/// <param name="issuerPath">The issuer's certificate; null when it is in the chain.</param>
internal sealed class StapleSource(string? path, Uri? responder, string? issuerPath)
{
    // The certificate that was given a response last: a reload makes others, which are to have it at once.
    private volatile TlsCertificate? _last;

    /// <summary>The file; null when a responder is asked.</summary>
    public string? Path => path;

    /// <summary>Gives the certificate its response, now or as answers come.</summary>
    /// <returns>Goes on asking until it is disposed; null for a file.</returns>
    public OcspStapler? ApplyTo(TlsCertificate certificate)
    {
        if (path is null) return Ask(certificate);
        try
        {
            certificate.SetOcspResponse(File.ReadAllBytes(path));
            return null;
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"--staple {path}: {e.Message}", e);
        }
    }

    private OcspStapler Ask(TlsCertificate certificate)
    {
        var options = new OcspStaplerOptions { Responder = responder, Issuer = ReadIssuer(), OnFailure = Tell };
        OcspStapler stapler;
        try
        {
            stapler = new OcspStapler(certificate, options);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException("--staple-from auto: the certificate names no OCSP responder; give its URL", e);
        }

        TakeOver(certificate, options.Issuer);
        _last = certificate;

        // Ends with the stapler; what fails is told.
        _ = stapler.RunAsync();
        return stapler;
    }

    private byte[]? ReadIssuer()
    {
        if (issuerPath is null) return null;
        try
        {
            return File.ReadAllBytes(issuerPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--staple-issuer: {e.Message}", e);
        }
    }

    // What the certificate before was given. One that was renewed has no use for it.
    private void TakeOver(TlsCertificate certificate, byte[]? issuer)
    {
        if (_last?.OcspResponse is not { } response) return;
        try
        {
            certificate.SetOcspResponse(response.Span, issuer);
        }
        catch (ArgumentException)
        {
            // Of another certificate, or too old by now: the responder has a new one.
        }
    }

    private static void Tell(Exception fault) => Console.Error.WriteLine($"opensslnb: --staple-from: {fault.Message}");
}
