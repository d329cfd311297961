using System.Text.RegularExpressions;

namespace OpenSslNb.Cli;

/// <summary>What <c>--cert</c> and <c>--key</c> name: PEM files, or a key that OpenSSL's providers find by a URI.</summary>
internal static partial class IdentityFiles
{
    public const string KeyDescription = "PEM, or a URI that OpenSSL's providers know, such as pkcs11:object=KEY?pin-source=FILE";

    /// <summary>Reads a certificate, with its chain, and its key.</summary>
    /// <param name="certificate">Chain, PEM.</param>
    /// <param name="key">A file or a URI.</param>
    public static TlsCertificate Load(string certificate, string key) =>
        IsUri(key) ? TlsCertificate.FromUri(Path.GetFullPath(certificate), key) : TlsCertificate.FromPemFiles(certificate, key);

    /// <summary>True when it is no file, and so cannot be watched.</summary>
    public static bool IsUri(string key) => Scheme().IsMatch(key) && !File.Exists(key);

    // RFC 3986 §3.1; one letter would be a drive.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+:")]
    private static partial Regex Scheme();
}
