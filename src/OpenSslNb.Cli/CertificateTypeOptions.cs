using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli;

/// <summary>What both sides show each other: certificates, or raw public keys (RFC 7250), and which of those are expected.</summary>
internal sealed class CertificateTypeOptions
{
    private const string Raw = "rpk";

    private static readonly Dictionary<string, TlsCertificateType> s_types = new() { ["x509"] = TlsCertificateType.X509, [Raw] = TlsCertificateType.RawPublicKey };

    private readonly Option<TlsCertificateType[]> _own = CreateTypes("--certificate-types", "what we may show, in order of preference: x509, rpk for our public key alone (RFC 7250, OpenSSL 3.2), or both behind a comma; with rpk alone --key needs no --cert");
    private readonly Option<TlsCertificateType[]> _peer = CreateTypes("--peer-certificate-types", "what the peer may show, in the same way");
    private readonly Option<string[]> _keys = new("--peer-key") { Description = "accept a peer that shows this raw public key, PEM or DER; may be given again", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_own, _peer, _keys]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_keys) && !TakesKeys(result)) result.AddError("--peer-key needs --peer-certificate-types with rpk");
        });
    }

    /// <summary>True when no certificate is ever shown.</summary>
    public bool ShowsKeyAlone(SymbolResult result) => Words(result, _own) is [Raw];

    /// <summary>True when the peer may show a raw public key.</summary>
    public bool TakesKeys(SymbolResult result) => Words(result, _peer).Contains(Raw);

    /// <summary>The files, which may change.</summary>
    public IEnumerable<string> Files(ParseResult parsed) => parsed.GetValue(_keys) ?? [];

    public T Apply<T>(ParseResult parsed, T options)
        where T : TlsOptions => options with
        {
            OwnCertificateTypes = parsed.GetValue(_own) is { Length: > 0 } own ? own : options.OwnCertificateTypes,
            PeerCertificateTypes = parsed.GetValue(_peer) is { Length: > 0 } peer ? peer : options.PeerCertificateTypes,
            TrustedPeerKeys = [.. Files(parsed).Select(path => _keys.Reading(() => TlsPublicKey.FromFile(path)))],
        };

    private static string[] Words(SymbolResult result, Option option) => result.GetResult(option)?.Tokens is [var token] ? token.Value.Split(',', StringSplitOptions.TrimEntries) : [];

    private static Option<TlsCertificateType[]> CreateTypes(string name, string description)
    {
        var option = new Option<TlsCertificateType[]>(name) { Description = description, HelpName = "LIST", AllowMultipleArgumentsPerToken = false };
        option.CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            string[] words = text.Split(',', StringSplitOptions.TrimEntries);
            if (result.Tokens.Count == 1 && words.All(s_types.ContainsKey) && words.Distinct().Count() == words.Length) return [.. words.Select(word => s_types[word])];
            result.AddError($"{name} must be x509, rpk, or both in order of preference with a comma between, and not '{text}'");
            return [];
        };
        return option;
    }
}
