using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary>The certificates of a server.</summary>
/// <param name="own">Its first one.</param>
internal sealed class ServerIdentityOptions(IdentityOptions own)
{
    private readonly Option<NamedCertificate[]> _named = CreateNamed();
    private readonly StapleOptions _staples = new();

    /// <summary>Those that are a server's alone.</summary>
    public Option[] OfServers => [_named, .. _staples.All];

    public void AddTo(Command command)
    {
        own.AddTo(command);
        command.Options.Add(_named);
        _staples.AddTo(command);
        command.Validators.Add(result =>
        {
            // A key alone has no status; that nobody is named at all is said elsewhere.
            if (own.IsGiven(result) && !result.IsGiven(own.Certificate) && _staples.All.FirstOrDefault(result.IsGiven) is { } staple) result.AddError($"{staple.Name} needs --cert");
        });
    }

    /// <summary>What the options say; <c>--cert</c> is given, or a key alone.</summary>
    public ServerIdentity Identity(ParseResult parsed) =>
        new(own.Source(parsed)!.Value, own.Additional(parsed), parsed.GetValue(_named) ?? [], _staples.Source(parsed), () => own.Password(parsed)) { PasswordFile = own.PasswordFile(parsed) };

    private static Option<NamedCertificate[]> CreateNamed()
    {
        var option = new Option<NamedCertificate[]>("--named-cert")
        {
            Description = "another certificate, for clients that ask for this name or, with *., for one below it; its key is with it or behind a comma; may be given again",
            HelpName = "NAME=CERT[,KEY]",
            AllowMultipleArgumentsPerToken = false,
        };
        option.CustomParser = result =>
        {
            var named = new List<NamedCertificate>();
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (NamedCertificate.TryParse(text, out NamedCertificate one)) named.Add(one);
                else result.AddError($"--named-cert must be NAME=CERT or NAME=CERT,KEY, and not '{text}'");
            }

            return [.. named];
        };
        return option;
    }
}
