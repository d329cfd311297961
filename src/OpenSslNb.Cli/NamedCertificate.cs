namespace OpenSslNb.Cli;

/// <summary>A name and its certificate, as <c>NAME=CERT</c> or <c>NAME=CERT,KEY</c>.</summary>
internal readonly record struct NamedCertificate(string Name, IdentitySource Source)
{
    public static bool TryParse(string text, out NamedCertificate value)
    {
        int equals = text.IndexOf('=');
        value = equals > 0 && equals < text.Length - 1 ? new NamedCertificate(text[..equals], IdentitySource.Parse($"--named-cert {text[..equals]}", text[(equals + 1)..])) : default;
        return value != default;
    }
}
