using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Certificates with an ECDSA key and an RSA key, for a server and a client that speak one protocol and have both.</summary>
internal sealed class TwoKindsOfKeys : IDisposable
{
    private readonly TestAuthority _root = new();
    private readonly TlsProtocol _protocol;
    private readonly TlsCertificate _ecdsa;
    private readonly TlsCertificate _rsa;

    public TwoKindsOfKeys(TlsProtocol protocol)
    {
        _protocol = protocol;
        _ecdsa = _root.Issue(["localhost"]).Load();
        _rsa = _root.Issue(["localhost"], rsaBits: 2048).Load();
    }

    /// <param name="known">Signatures that it can verify; null for OpenSSL's own list.</param>
    public TlsContext CreateServer(string? known = null) => TlsContext.CreateServer(new TlsServerOptions
    {
        Certificate = _ecdsa,
        AdditionalCertificates = [_rsa],
        ClientTrust = _root.Trust,
        SignatureAlgorithms = known,
        MinimumProtocol = _protocol,
        MaximumProtocol = _protocol,
        SecurityLevel = 0,
    });

    /// <param name="ecdsaFirst">The order in its options.</param>
    public TlsContext CreateClient(bool ecdsaFirst) => TlsContext.CreateClient(new TlsClientOptions
    {
        Certificate = ecdsaFirst ? _ecdsa : _rsa,
        AdditionalCertificates = [ecdsaFirst ? _rsa : _ecdsa],
        Trust = _root.Trust,
        MinimumProtocol = _protocol,
        MaximumProtocol = _protocol,

        // TLS 1.0 and 1.1 sign with SHA-1.
        SecurityLevel = 0,
        CipherList = "DEFAULT:@SECLEVEL=0",
    });

    public void Dispose()
    {
        _ecdsa.Dispose();
        _rsa.Dispose();
        _root.Dispose();
    }
}
