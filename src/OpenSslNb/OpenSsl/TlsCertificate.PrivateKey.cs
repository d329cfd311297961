using System.Security.Cryptography;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <content>A private key without a certificate, for those who show a raw public key (RFC 7250).</content>
public sealed unsafe partial class TlsCertificate
{
    /// <summary>False for a private key alone, which serves where <see cref="TlsOptions.OwnCertificateTypes"/> has <see cref="TlsCertificateType.RawPublicKey"/> and nothing else.</summary>
    public bool HasCertificate => _chain.Count > 0;

    /// <summary>Our public key, for <see cref="TlsOptions.TrustedPeerKeys"/> of those who talk to us.</summary>
    public TlsPublicKey PublicKey
    {
        get
        {
            using Hold hold = new(this);
            return new TlsPublicKey(Der.WritePublicKey(_key.Pointer));
        }
    }

    /// <summary>Reads a private key without a certificate from a file, PEM or DER, to be known by its public key (RFC 7250).</summary>
    /// <param name="path">PKCS#8, encrypted or not, or a traditional format. In PEM certificates beside it are not looked at.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OpenSslException">The file holds something else, or the password is wrong.</exception>
    public static TlsCertificate FromPrivateKeyFile(string path, string? password = null)
    {
        OpenSslLibrary.EnsureLoaded();
        byte[] key = File.ReadAllBytes(path);
        try
        {
            return new TlsCertificate([], CertificateFile.ReadKey(key, path, password));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Takes a private key without a certificate from PEM in memory (<c>PEM_read_bio_PrivateKey(3)</c>).</summary>
    /// <param name="keyPem">PKCS#8, encrypted or not, or a traditional format.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="OpenSslException">The text holds something else, or the password is wrong.</exception>
    public static TlsCertificate FromPrivateKeyPem(ReadOnlySpan<byte> keyPem, string? password = null)
    {
        OpenSslLibrary.EnsureLoaded();
        return new TlsCertificate([], Pem.ReadPrivateKey(keyPem, password, "the key text"));
    }

    /// <summary>Takes a private key without a certificate as DER.</summary>
    /// <param name="key">PKCS#8, encrypted or not, or a traditional format.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="OpenSslException">It is something else, or the password is wrong.</exception>
    public static TlsCertificate FromPrivateKeyDer(ReadOnlySpan<byte> key, string? password = null)
    {
        OpenSslLibrary.EnsureLoaded();
        return new TlsCertificate([], Der.ReadPrivateKey(key, "the private key", password));
    }

    /// <summary>Takes a private key without a certificate from where OpenSSL finds it, as <see cref="FromUri"/> does (<c>OSSL_STORE_open(3)</c>).</summary>
    /// <param name="keyUri">Where it is: the first one counts.</param>
    /// <param name="password">Password or PIN; null for none.</param>
    /// <exception cref="OpenSslException">OpenSSL does not know the scheme, there is no such thing, or the password is wrong.</exception>
    public static TlsCertificate FromPrivateKeyUri(string keyUri, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyUri);
        OpenSslLibrary.EnsureLoaded();
        return new TlsCertificate([], KeyStore.ReadPrivateKey(keyUri, password));
    }

    // Within a Hold.
    private nint Own => HasCertificate ? _chain[0].Pointer : throw new InvalidOperationException("this is a private key without a certificate");

    // Where no certificate may be shown, none is loaded: OpenSSL would fall back to it for a peer that knows of no raw keys.
    private void ApplyKey(nint context) => Require(LibSsl.SSL_CTX_use_PrivateKey(context, _key.Pointer), "the private key");

    private void ApplyKeyToConnection(nint ssl)
    {
        // A key is refused beside another one's certificate.
        LibSsl.SSL_certs_clear(ssl);
        Require(LibSsl.SSL_use_PrivateKey(ssl, _key.Pointer), "the private key");
    }
}
