using System.CommandLine;
using System.CommandLine.Parsing;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Cli;

/// <summary>Whose certificates are good: authorities from files and folders, and what is revoked.</summary>
/// <param name="file">Authorities in PEM.</param>
internal sealed class TrustOptions(Option<string?> file)
{
    private readonly Option<string?> _folder = new("--ca-dir") { Description = "trust the authorities in this folder too, as openssl rehash names them", HelpName = "FOLDER" };
    private readonly Option<bool> _partial = new("--partial-chain") { Description = "let a chain end at any trusted certificate" };
    private readonly Option<string?> _lists = new("--crl") { Description = "refuse what these revocation lists revoke, and what they know nothing of, PEM", HelpName = "FILE" };
    private readonly Option<bool> _wholeChain = new("--crl-whole-chain") { Description = "look up every certificate of the chain in them, not only the peer's" };

    public Option[] All => [file, _folder, _partial, _lists, _wholeChain];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_wholeChain) && !result.IsGiven(_lists)) result.AddError("--crl-whole-chain needs --crl");
        });
    }

    /// <summary>True when the command line names an authority.</summary>
    public bool NamesAuthority(SymbolResult result) => result.IsGiven(file) || result.IsGiven(_folder);

    /// <summary>For those who trust nobody unless told: what is checked of certificates means nothing without an authority.</summary>
    public void RequireAuthority(CommandResult result)
    {
        foreach (Option option in (Option[])[_lists, _partial])
        {
            if (result.IsGiven(option) && !NamesAuthority(result)) result.AddError($"{option.Name} needs {file.Name} or {_folder.Name}");
        }
    }

    /// <summary>The files, which may change.</summary>
    public IEnumerable<string> Files(ParseResult parsed) => ((string?[])[parsed.GetValue(file), parsed.GetValue(_lists)]).OfType<string>();

    /// <summary>What the options say; null when none of them names an authority.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="otherwise">Trusted where no authority is named.</param>
    public TlsTrust? Trust(ParseResult parsed, TlsTrust? otherwise)
    {
        TlsTrust? trust = parsed.GetValue(file) is { } path ? file.Reading(() => Authorities(path)) : null;
        if (parsed.GetValue(_folder) is { } folder)
        {
            TlsTrust inFolder = _folder.Reading(() => TlsTrust.FromDirectory(folder));
            trust = trust is null ? inFolder : trust.And(inFolder);
        }

        trust ??= otherwise;
        if (parsed.GetValue(_partial)) trust = trust?.WithPartialChains();
        if (parsed.GetValue(_lists) is { } lists) trust = _lists.Reading(() => WithLists(trust, lists, parsed.GetValue(_wholeChain)));
        return trust;
    }

    // They are read when a context is made, where nobody knows the option any more; so here too.
    private static TlsTrust Authorities(string path)
    {
        OpenSslLibrary.EnsureLoaded();
        foreach (SafeX509Handle certificate in Pem.ReadCertificates(File.ReadAllBytes(path), path)) certificate.Dispose();
        return TlsTrust.FromPemFile(path);
    }

    private static TlsTrust? WithLists(TlsTrust? trust, string path, bool wholeChain)
    {
        OpenSslLibrary.EnsureLoaded();
        Pem.EachRevocationList(File.ReadAllBytes(path), path, _ => { });
        return trust?.WithRevocationListFile(path, wholeChain);
    }
}
