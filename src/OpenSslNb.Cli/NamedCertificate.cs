namespace OpenSslNb.Cli;

/// <summary>A name and the file of its certificate, as <c>NAME=FILE</c>.</summary>
internal readonly record struct NamedCertificate(string Name, string Path)
{
    public static bool TryParse(string text, out NamedCertificate value)
    {
        int equals = text.IndexOf('=');
        value = equals > 0 && equals < text.Length - 1 ? new NamedCertificate(text[..equals], text[(equals + 1)..]) : default;
        return value != default;
    }
}
