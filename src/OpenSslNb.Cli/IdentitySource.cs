using System.Text.RegularExpressions;

namespace OpenSslNb.Cli;

/// <summary>Where a certificate and its key are: files, in whatever format, or what OpenSSL's providers find by a URI.</summary>
/// <param name="Option">That says so, for messages.</param>
/// <param name="Certificate">With the chain behind it; null for a key alone.</param>
/// <param name="Key">Null when it is with the certificate.</param>
internal readonly partial record struct IdentitySource(string Option, string? Certificate, string? Key)
{
    /// <summary>Reads <c>CERT</c> or <c>CERT,KEY</c>. The name of a file that is there may have a comma.</summary>
    public static IdentitySource Parse(string option, string text)
    {
        int comma = text.IndexOf(',');
        return comma < 0 || File.Exists(text) ? new IdentitySource(option, text, null) : new IdentitySource(option, text[..comma], text[(comma + 1)..]);
    }

    /// <summary>The files, which can be watched; what other URIs name cannot.</summary>
    public IEnumerable<string> Files => ((string?[])[Certificate, Key]).OfType<string>().Select(place => !IsUri(place) ? place : Uri.TryCreate(place, UriKind.Absolute, out Uri? uri) && uri.IsFile ? uri.LocalPath : null).OfType<string>();

    /// <param name="password">Of an encrypted key or PKCS#12, or a PIN; null for none.</param>
    /// <exception cref="IOException">A file cannot be read, or holds something else; the message names the option.</exception>
    public TlsCertificate Load(string? password)
    {
        try
        {
            return Read(password);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OpenSslException or ArgumentException or FormatException or NotSupportedException)
        {
            throw new IOException($"{Option}: {e.Message}", e);
        }
    }

    private TlsCertificate Read(string? password)
    {
        if (Certificate is "" || Key is "") throw new ArgumentException("a certificate or key is named by an empty text, where a file or a URI was expected");
        if (Certificate is null) return IsUri(Key!) ? TlsCertificate.FromPrivateKeyUri(Key!, password) : TlsCertificate.FromPrivateKeyFile(Key!, password);
        string key = Key ?? Certificate;
        if (!IsUri(Certificate) && !IsUri(key)) return TlsCertificate.FromFiles(Certificate, Key, password);

        // A store takes a path that is not complete for one below a folder of its own.
        return TlsCertificate.FromUri(Complete(Certificate), Complete(key), password);
    }

    private static string Complete(string place) => IsUri(place) ? place : Path.GetFullPath(place);

    private static bool IsUri(string place) => Scheme().IsMatch(place) && !File.Exists(place);

    // RFC 3986 §3.1; one letter would be a drive.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+:")]
    private static partial Regex Scheme();
}
