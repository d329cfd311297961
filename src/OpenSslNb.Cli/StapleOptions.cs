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
            if (result.IsGiven(_file) && result.IsGiven(_from)) result.AddError("--staple and --staple-from exclude each other: a response comes from a file or from its responder");
            if (result.IsGiven(_issuer) && !result.IsGiven(_from)) result.AddError("--staple-issuer needs --staple-from");
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
