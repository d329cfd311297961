namespace OpenSslNb.OpenSsl;

/// <summary>Where authorities come from: a text, a folder, or the system.</summary>
/// <param name="Text">Certificates in PEM; null for the others.</param>
/// <param name="Folder">A hashed folder; null for the others.</param>
/// <param name="Origin">For messages.</param>
internal sealed record TrustSource(byte[]? Text, string? Folder, string Origin)
{
    public static TrustSource System { get; } = new(null, null, "the system's trust store");

    public static TrustSource Pem(byte[] pem, string origin) => new(pem, null, origin);

    public static TrustSource Directory(string path) => new(null, path, path);
}

/// <summary>Revocation lists and how far they are applied.</summary>
/// <param name="Texts">PEM, and where it came from.</param>
/// <param name="WholeChain">Not only to the peer's own certificate.</param>
internal sealed record RevocationLists(IReadOnlyList<(byte[] Pem, string Origin)> Texts, bool WholeChain)
{
    public static RevocationLists? Join(RevocationLists? one, RevocationLists? other)
    {
        if (one is null || other is null) return one ?? other;
        return new([.. one.Texts, .. other.Texts], one.WholeChain || other.WholeChain);
    }
}
