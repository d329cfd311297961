using System.CommandLine;
using System.Globalization;

namespace OpenSslNb.Cli;

/// <summary>What a client of TLS can be told: whom it trusts, who it is, and what it takes up of an earlier run.</summary>
internal sealed class ClientTlsOptions
{
    private readonly TrustOptions _servers = new(new Option<string?>("--ca") { Description = "trust these authorities instead of the system's, PEM", HelpName = "FILE" });
    private readonly VerificationOptions _verification = new();
    private readonly CertificateTypeOptions _types = new();
    private readonly IdentityOptions _own;
    private readonly Option<bool> _later = new("--post-handshake-auth") { Description = "give the certificate when the server asks later, too; TLS 1.3" };
    private readonly Option<string?> _keys = new("--psk-file") { Description = "pre-shared keys, lines of IDENTITY:HEXADECIMAL; for its owner alone", HelpName = "FILE" };
    private readonly Option<string?> _identity = new("--psk-identity") { Description = "which key of --psk-file to be known by" };
    private readonly Option<string?> _sessions = new("--session-file") { Description = "resume what this file holds of the server, and keep in it what the server gives; for its owner alone", HelpName = "FILE" };
    private readonly Option<string?> _fragment = CreateFragment();

    public ClientTlsOptions() => _own = new IdentityOptions("who we are for servers that ask", _types.ShowsKeyAlone);

    /// <summary><c>--session-file</c>.</summary>
    public Option Sessions => _sessions;

    public void AddTo(Command command)
    {
        _servers.AddTo(command);
        _verification.AddTo(command);
        _own.AddTo(command);
        _types.AddTo(command);
        foreach (Option option in (Option[])[_later, _keys, _identity, _sessions, _fragment]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_keys) != result.IsGiven(_identity)) result.AddError("--psk-file and --psk-identity must be given together");
            if (result.IsGiven(_keys) && result.IsGiven(_sessions)) result.AddError("--psk-file and --session-file exclude each other");
            if (result.IsGiven(_later) && !_own.IsGiven(result)) result.AddError("--post-handshake-auth needs --cert");
        });
    }

    /// <summary>Our certificates. To be disposed once the context is made.</summary>
    public OwnCertificates LoadCertificates(ParseResult parsed) => _own.Load(parsed);

    public TlsClientOptions Create(ParseResult parsed, OwnCertificates own) => _verification.ApplyTo(
        _types.Apply(parsed, new TlsClientOptions
        {
            Trust = _servers.Trust(parsed, otherwise: TlsTrust.System),
            Certificate = own.First,
            AdditionalCertificates = own.Additional,
            SessionCacheSize = parsed.GetValue(_sessions) is null ? 0 : SessionStore.Capacity,
            AllowPostHandshakeAuthentication = parsed.GetValue(_later),
            MaximumFragmentLength = parsed.GetValue(_fragment) is { } bytes ? int.Parse(bytes, CultureInfo.InvariantCulture) : null,
            PreSharedKey = parsed.GetValue(_keys) is { } path ? KeyOf(path, parsed.GetValue(_identity)!) : null,
        }),
        parsed);

    /// <summary>Gives the context what <c>--session-file</c> holds; null where there is none.</summary>
    public SessionStore? LoadSessions(ParseResult parsed, TlsContext context) => parsed.GetValue(_sessions) is { } path ? _sessions.Reading(() => SessionStore.Load(path, context)) : null;

    private static Option<string?> CreateFragment()
    {
        string[] lengths = ["512", "1024", "2048", "4096"];
        var option = new Option<string?>("--max-fragment") { Description = "ask the server for records of 512, 1024, 2048 or 4096 bytes at most", HelpName = "BYTES" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !lengths.Contains(token.Value)) result.AddError($"--max-fragment must be 512, 1024, 2048 or 4096, and not '{token.Value}'");
        });
        return option;
    }

    private static TlsPreSharedKey KeyOf(string path, string identity) =>
        PreSharedKeyFile.Load(path).GetValueOrDefault(identity) ?? throw new ArgumentException($"--psk-identity: there is no key of '{identity}' in {path}");
}
