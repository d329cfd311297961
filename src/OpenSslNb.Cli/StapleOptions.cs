using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli;

/// <summary>Where the certificate's OCSP response comes from: <c>--staple</c>, or <c>--staple-from</c> with <c>--staple-issuer</c>.</summary>
internal sealed class StapleOptions
{
    private const string Named = "auto";

    private readonly Option<string?> _file = new("--staple") { Description = "OCSP response about the certificate, DER, for clients that ask for one; read again with the certificates", HelpName = "FILE" };
    private readonly Option<string?> _from = new("--staple-from") { Description = "ask this OCSP responder for it again and again, or with auto the one that the certificate names", HelpName = "URL" };
    private readonly Option<string?> _issuer = new("--staple-issuer") { Description = "with --staple-from: certificate of whoever has issued ours, PEM, if it is not in the chain", HelpName = "FILE" };

    public Option[] All => [_file, _from, _issuer];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            if (Has(_file) && Has(_from)) result.AddError("--staple and --staple-from exclude each other: a response comes from a file or from its responder");
            if (Has(_issuer) && !Has(_from)) result.AddError("--staple-issuer needs --staple-from");
            if (result.GetResult(_from)?.Tokens is [{ Value: var text }] && text != Named && ResponderOf(text) is null) result.AddError($"--staple-from must be auto or a URL with http or https, and not '{text}'");
        });
    }

    /// <summary>Null for none.</summary>
    public StapleSource? Source(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is { } path) return new StapleSource(path, null, null);
        return parsed.GetValue(_from) is { } from ? new StapleSource(null, ResponderOf(from), parsed.GetValue(_issuer)) : null;
    }

    private static Uri? ResponderOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" ? uri : null;
}

/// <summary>A file, or a responder that is asked.</summary>
/// <param name="Path">The file; null when a responder is asked.</param>
/// <param name="Responder">Whom to ask; null for whom the certificate names.</param>
/// <param name="IssuerPath">The issuer's certificate; null when it is in the chain.</param>
internal sealed record StapleSource(string? Path, Uri? Responder, string? IssuerPath)
{
    // The certificate that was given a response last: a reload makes others, which are to have it at once.
    private volatile TlsCertificate? _last;

    /// <summary>Gives the certificate its response, now or as answers come.</summary>
    /// <returns>Goes on asking until it is disposed; null for a file.</returns>
    public OcspStapler? ApplyTo(TlsCertificate certificate)
    {
        if (Path is null) return Ask(certificate);
        try
        {
            certificate.SetOcspResponse(File.ReadAllBytes(Path));
            return null;
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"--staple {Path}: {e.Message}", e);
        }
    }

    private OcspStapler Ask(TlsCertificate certificate)
    {
        var options = new OcspStaplerOptions { Responder = Responder, Issuer = IssuerPath is null ? null : File.ReadAllBytes(IssuerPath), OnFailure = Tell };
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
