namespace OpenSslNb.BogoShim;

/// <summary>What the shim may show of itself: the one that the flags describe at first, or one that <c>-new-x509-credential</c> or <c>-new-rpk-credential</c> has begun.</summary>
internal sealed class ShimCredential
{
    public bool IsRawKey { get; init; }
    public string? CertificateFile { get; set; }
    public string? KeyFile { get; set; }
    public byte[]? OcspResponse { get; set; }
    public List<int> SigningPrefs { get; } = [];

    public TlsCertificate Read(bool staples)
    {
        if (IsRawKey) return TlsCertificate.FromPrivateKeyFile(KeyFile ?? throw new NotImplementedFlagException("a raw key without a file"));
        string file = CertificateFile ?? throw new NotImplementedFlagException("a credential without a certificate");
        var certificate = TlsCertificate.FromPemFiles(file, KeyFile ?? file);
        if (staples && OcspResponse is { } response) certificate.SetOcspResponseUnchecked(response);
        return certificate;
    }
}
