namespace OpenSslNb.OpenSsl;

/// <summary>Numbers of the IANA registry of TLS extensions.</summary>
internal static class HelloExtension
{
    public const ushort ServerName = 0;
    public const ushort SupportedGroups = 10;
    public const ushort PointFormats = 11;
    public const ushort SignatureAlgorithms = 13;
    public const ushort ApplicationProtocols = 16;
    public const ushort PreSharedKey = 41;
    public const ushort SupportedVersions = 43;
}
