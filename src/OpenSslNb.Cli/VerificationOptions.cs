using System.CommandLine;
using System.CommandLine.Parsing;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Cli;

/// <summary>What a client demands of a server beside a certificate of somebody it trusts, or that it demands nothing.</summary>
internal sealed class VerificationOptions
{
    private readonly Option<string[]> _pins = new("--pin") { Description = "demand one of these public keys in the server's chain: sha256// and Base64; may be given again", HelpName = "PIN" };
    private readonly Option<bool> _insecure = new("--dangerously-accept-any-certificate") { Description = "do not verify the server" };
    private readonly Option<string> _stapling = new Option<string>("--stapling") { Description = "what to make of the status that the server sends with its certificate", DefaultValueFactory = _ => "ignore" }.OneOf("ignore", "check", "require");

    public Option[] All => [_pins, _insecure, _stapling];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_insecure) && result.IsGiven(_stapling)) result.AddError("--stapling and --dangerously-accept-any-certificate exclude each other");
            foreach (string pin in result.GetResult(_pins)?.Tokens.Select(token => token.Value) ?? [])
            {
                if (!PublicKeyPin.IsValid(pin)) result.AddError($"--pin must be sha256// and the Base64 of {PublicKeyPin.Length} bytes, and not '{pin}'");
            }
        });
    }

    public TlsClientOptions ApplyTo(TlsClientOptions options, ParseResult parsed) => options with
    {
        PinnedKeys = parsed.GetValue(_pins) ?? [],
        DangerouslyAcceptAnyPeerCertificate = parsed.GetValue(_insecure),
        Stapling = parsed.GetValue(_stapling) switch { "check" => StaplePolicy.CheckIfSent, "require" => StaplePolicy.Require, _ => StaplePolicy.Ignore },
    };
}
