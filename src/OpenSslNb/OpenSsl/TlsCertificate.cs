using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>A certificate, the chain behind it, and its private key. Immutable; may be shared by any number of contexts and threads.</summary>
public sealed unsafe class TlsCertificate : IDisposable
{
    private readonly List<SafeX509Handle> _chain;
    private readonly SafeEvpPkeyHandle _key;

    internal TlsCertificate(List<SafeX509Handle> chain, SafeEvpPkeyHandle key)
    {
        _chain = chain;
        _key = key;
    }

    /// <summary>Reads a chain and its key from files.</summary>
    /// <param name="certificatePath">PEM: our certificate first, then those that lead to the authority.</param>
    /// <param name="keyPath">PEM: the private key of the first certificate.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OpenSslException">A file holds something else, the password is wrong, or the key does not belong to the certificate.</exception>
    public static TlsCertificate FromPemFiles(string certificatePath, string keyPath, string? password = null) =>
        Load(File.ReadAllBytes(certificatePath), certificatePath, File.ReadAllBytes(keyPath), keyPath, password);

    /// <summary>Takes a chain and its key from memory.</summary>
    /// <param name="certificatePem">PEM: our certificate first, then those that lead to the authority.</param>
    /// <param name="keyPem">PEM: the private key of the first certificate.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="OpenSslException">The text holds something else, the password is wrong, or the key does not belong to the certificate.</exception>
    public static TlsCertificate FromPem(ReadOnlySpan<byte> certificatePem, ReadOnlySpan<byte> keyPem, string? password = null) =>
        Load(certificatePem, "the certificate text", keyPem, "the key text", password);

    /// <summary>Makes a new P-256 key and a certificate signed with it, for tests and demonstrations: peers trust it only if told to.</summary>
    /// <param name="names">DNS names and IP addresses that it is good for; at least one.</param>
    /// <param name="lifetime">From five minutes ago until this long from now.</param>
    public static TlsCertificate CreateSelfSigned(IReadOnlyList<string> names, TimeSpan lifetime)
    {
        OpenSslLibrary.EnsureLoaded();
        return SelfSignedCertificate.Create(names, lifetime);
    }

    /// <summary>The chain as PEM, our certificate first.</summary>
    public byte[] ExportCertificatePem() => PemWriter.Certificates(_chain);

    /// <summary>The private key as PEM, PKCS#8, not encrypted.</summary>
    public byte[] ExportPrivateKeyPem() => PemWriter.PrivateKey(_key);

    /// <summary>Frees the native objects; contexts that were made with this certificate keep theirs.</summary>
    public void Dispose()
    {
        _chain.ForEach(c => c.Dispose());
        _key.Dispose();
    }

    /// <summary>Puts chain and key into a context, which takes references of its own.</summary>
    internal void Apply(nint context)
    {
        Require(LibSsl.SSL_CTX_use_certificate(context, _chain[0].Pointer), "the certificate");
        Require(LibSsl.SSL_CTX_use_PrivateKey(context, _key.Pointer), "the private key");
        Require(LibSsl.SSL_CTX_check_private_key(context), "the private key: it does not belong to the certificate");
        foreach (SafeX509Handle issuer in _chain.Skip(1)) Require(LibSsl.SSL_CTX_add1_chain_cert(context, issuer.Pointer), "a certificate of the chain");
    }

    private static TlsCertificate Load(ReadOnlySpan<byte> certificatePem, string certificateSource, ReadOnlySpan<byte> keyPem, string keySource, string? password)
    {
        OpenSslLibrary.EnsureLoaded();
        List<SafeX509Handle> chain = Pem.ReadCertificates(certificatePem, certificateSource);
        SafeEvpPkeyHandle? key = null;
        try
        {
            key = Pem.ReadPrivateKey(keyPem, password, keySource);
            if (LibCrypto.X509_check_private_key(chain[0].Pointer, key.Pointer) != 1)
            {
                throw OpenSslException.FromQueue($"the private key in {keySource} does not belong to the first certificate in {certificateSource}");
            }

            return new TlsCertificate(chain, key);
        }
        catch
        {
            chain.ForEach(c => c.Dispose());
            key?.Dispose();
            throw;
        }
    }

    private static void Require(nint result, string what)
    {
        if (result != 1) throw OpenSslException.FromQueue($"OpenSSL refused {what}");
    }
}
