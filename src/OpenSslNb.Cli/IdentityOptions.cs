using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli;

/// <summary>Who we are: a certificate, its key, and the password of either.</summary>
internal sealed class IdentityOptions
{
    private readonly Option<string?> _certificate;
    private readonly Option<string?> _key = new("--key") { Description = "its private key: PEM or DER, or a URI that OpenSSL's providers know, such as pkcs11:object=KEY?pin-source=FILE; may be left out where the certificate's file has it", HelpName = "FILE|URI" };
    private readonly Option<string?> _password = new("--key-password-file") { Description = "password of encrypted keys and PKCS#12 files, or a token's PIN: the first line of this file; for its owner alone", HelpName = "FILE" };

    // Whether a key is all that is shown.
    private readonly Func<SymbolResult, bool> _isKeyAlone;

    /// <param name="whose">Begins the description of <c>--cert</c>.</param>
    /// <param name="isKeyAlone">Tells whether a key without a certificate makes sense; never unless given.</param>
    public IdentityOptions(string whose, Func<SymbolResult, bool>? isKeyAlone = null)
    {
        _isKeyAlone = isKeyAlone ?? (_ => false);
        _certificate = new("--cert") { Description = $"{whose}: a certificate with its chain, PEM or PKCS#12, or DER, or a URI", HelpName = "FILE|URI" };
    }

    private readonly Option<IdentitySource[]> _additional = CreateAdditional();

    public Option Certificate => _certificate;

    public Option[] All => [_certificate, _key, _password, _additional];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_key) && !IsGiven(result)) result.AddError("--key needs --cert");
            if (result.IsGiven(_additional) && !IsGiven(result)) result.AddError("--additional-cert needs --cert");
            if (result.IsGiven(_password) && !IsGiven(result)) result.AddError("--key-password-file needs --cert");
        });
    }

    /// <summary>True when the command line says who we are.</summary>
    public bool IsGiven(SymbolResult result) => result.IsGiven(_certificate) || (result.IsGiven(_key) && _isKeyAlone(result));

    /// <summary>Null when there is none.</summary>
    public IdentitySource? Source(ParseResult parsed)
    {
        string? key = parsed.GetValue(_key);
        if (parsed.GetValue(_certificate) is not { } certificate) return key is null ? null : new IdentitySource(_key.Name, null, key);
        return new IdentitySource(key is null ? _certificate.Name : $"{_certificate.Name} and {_key.Name}", certificate, key);
    }

    /// <summary>The password, read anew; null for none.</summary>
    public string? Password(ParseResult parsed) => parsed.GetValue(_password) is { } path ? _password.Reading(() => SecretFile.FirstLine(path)) : null;

    /// <summary>The file of the password, which may change; null for none.</summary>
    public string? PasswordFile(ParseResult parsed) => parsed.GetValue(_password);

    /// <summary>All files, which may change.</summary>
    public IEnumerable<string> Files(ParseResult parsed) => [.. PasswordFile(parsed) is { } secret ? [secret] : Array.Empty<string>(), .. Source(parsed)?.Files ?? [], .. Additional(parsed).SelectMany(source => source.Files)];

    /// <summary>What <c>--additional-cert</c> says.</summary>
    public IReadOnlyList<IdentitySource> Additional(ParseResult parsed) => parsed.GetValue(_additional) ?? [];

    /// <summary>All of our certificates.</summary>
    public OwnCertificates Load(ParseResult parsed) => OwnCertificates.Load(Source(parsed), Additional(parsed), Password(parsed));

    private static Option<IdentitySource[]> CreateAdditional()
    {
        var option = new Option<IdentitySource[]>("--additional-cert")
        {
            Description = "another certificate for the same names with a key of another kind, such as RSA beside ECDSA; its key is with it or behind a comma; may be given again",
            HelpName = "CERT[,KEY]",
            AllowMultipleArgumentsPerToken = false,
        };
        option.CustomParser = result => [.. result.Tokens.Select(token => IdentitySource.Parse(option.Name, token.Value))];
        return option;
    }
}
