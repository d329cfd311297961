using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>A certificate, the chain behind it, and its private key; or a private key alone, for a raw public key (<see cref="HasCertificate"/>). Immutable but for <see cref="OcspResponse"/>; may be shared by any number of contexts and threads.</summary>
public sealed unsafe partial class TlsCertificate : IDisposable
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

    /// <summary>Reads a certificate and its key from files in whatever format they are in: PEM (RFC 7468; <c>PEM_read_bio_PrivateKey(3)</c>), DER (<c>d2i_X509(3)</c>) or PKCS#12 (RFC 7292; <c>PKCS12_parse(3)</c>).</summary>
    /// <param name="certificatePath">Our certificate; in PEM and PKCS#12 with those that lead to the authority.</param>
    /// <param name="keyPath">Its private key, PEM or DER; null when the first file, PEM or PKCS#12, has it.</param>
    /// <param name="password">For an encrypted key or PKCS#12; null otherwise.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OpenSslException">A file holds something else, the password is wrong, or the key does not belong to the certificate.</exception>
    public static TlsCertificate FromFiles(string certificatePath, string? keyPath = null, string? password = null)
    {
        OpenSslLibrary.EnsureLoaded();
        return Checked(CertificateFile.Read(certificatePath, keyPath, password), keyPath is null ? certificatePath : $"{keyPath} with {certificatePath}");
    }

    /// <summary>Takes a chain and its key from memory.</summary>
    /// <param name="certificatePem">PEM: our certificate first, then those that lead to the authority.</param>
    /// <param name="keyPem">PEM: the private key of the first certificate.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="OpenSslException">The text holds something else, the password is wrong, or the key does not belong to the certificate.</exception>
    public static TlsCertificate FromPem(ReadOnlySpan<byte> certificatePem, ReadOnlySpan<byte> keyPem, string? password = null) =>
        Load(certificatePem, "the certificate text", keyPem, "the key text", password);

    /// <summary>Reads certificate, chain and key from one file of PEM, in any order but for the certificates (RFC 7468; <c>PEM_read_bio_X509(3)</c>).</summary>
    /// <param name="path">Our certificate before those that lead to the authority.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OpenSslException">The file lacks one of them, the password is wrong, or the key does not belong to the certificate.</exception>
    public static TlsCertificate FromPemFile(string path, string? password = null) => FromPemFiles(path, path, password);

    /// <summary>Reads a PKCS#12 file (<c>.p12</c>, <c>.pfx</c>; RFC 7292): certificate, chain and key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Null or empty when there is none.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OpenSslException">The file holds something else, or the password is wrong. Old files need algorithms that OpenSSL 3 has in its legacy provider only.</exception>
    public static TlsCertificate FromPkcs12File(string path, string? password = null) => Checked(Pkcs12.Read(File.ReadAllBytes(path), password, path), path);

    /// <summary>Takes PKCS#12 from memory.</summary>
    /// <param name="pkcs12">DER.</param>
    /// <param name="password">Null or empty when there is none.</param>
    /// <exception cref="OpenSslException">It is something else, or the password is wrong.</exception>
    public static TlsCertificate FromPkcs12(ReadOnlySpan<byte> pkcs12, string? password = null) => Checked(Pkcs12.Read(pkcs12, password, "the PKCS#12 data"), "the PKCS#12 data");

    /// <summary>Takes a certificate, its key and the chain behind it as DER.</summary>
    /// <param name="certificate">X.509.</param>
    /// <param name="key">Its private key: PKCS#8, encrypted or not, or a traditional format.</param>
    /// <param name="password">For an encrypted key; null otherwise.</param>
    /// <param name="chain">The certificates that lead to the authority, in order.</param>
    /// <exception cref="OpenSslException">One of them is something else, the password is wrong, or the key does not belong to the certificate.</exception>
    public static TlsCertificate FromDer(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> key, string? password = null, params IReadOnlyList<byte[]> chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        OpenSslLibrary.EnsureLoaded();
        var parts = new CertificateParts();
        try
        {
            parts.Chain.Add(Der.ReadCertificate(certificate, "the certificate"));
            foreach (byte[] link in chain) parts.Chain.Add(Der.ReadCertificate(link, "a certificate of the chain"));
            parts.Key = Der.ReadPrivateKey(key, "the private key", password);
        }
        catch
        {
            parts.Dispose();
            throw;
        }

        return Checked(parts, "the DER data");
    }

    /// <summary>Makes a new P-256 key and a certificate signed with it, for tests and demonstrations: peers trust it only if told to.</summary>
    /// <param name="names">DNS names and IP addresses that it is good for; at least one.</param>
    /// <param name="lifetime">From five minutes ago until this long from now.</param>
    public static TlsCertificate CreateSelfSigned(IReadOnlyList<string> names, TimeSpan lifetime)
    {
        OpenSslLibrary.EnsureLoaded();
        return SelfSignedCertificate.Create(names, lifetime);
    }

    /// <summary>The chain as PEM, our certificate first.</summary>
    /// <exception cref="InvalidOperationException">There is none (<see cref="HasCertificate"/>).</exception>
    public byte[] ExportCertificatePem()
    {
        using Hold hold = new(this);
        _ = Own;
        return PemWriter.Certificates(_chain);
    }

    /// <summary>The private key as PEM, PKCS#8, not encrypted.</summary>
    public byte[] ExportPrivateKeyPem()
    {
        using Hold hold = new(this);
        return PemWriter.PrivateKey(_key);
    }

    /// <summary>The pin of our public key, for <see cref="TlsClientOptions.PinnedKeys"/> of those who connect to us (RFC 7469 §2.4).</summary>
    public string PublicKeyPin => PublicKey.Pin;

    /// <summary>Which sort of key: a context has at most one certificate of each.</summary>
    internal int KeyType
    {
        get
        {
            using Hold hold = new(this);
            return LibCrypto.EVP_PKEY_get_base_id(_key.Pointer);
        }
    }

    /// <summary>Frees the native objects; contexts that were made with this certificate keep theirs.</summary>
    public void Dispose()
    {
        _chain.ForEach(c => c.Dispose());
        _key.Dispose();
    }

    /// <summary>Puts chain and key into a context, which takes references of its own.</summary>
    /// <param name="context">New.</param>
    /// <param name="isShown">False where a raw public key is all that may be shown.</param>
    internal void Apply(nint context, bool isShown)
    {
        using Hold hold = new(this);
        if (!isShown)
        {
            ApplyKey(context);
            return;
        }

        Require(LibSsl.SSL_CTX_use_certificate(context, Own), "the certificate");
        Require(LibSsl.SSL_CTX_use_PrivateKey(context, _key.Pointer), "the private key");
        Require(LibSsl.SSL_CTX_check_private_key(context), "the private key: it does not belong to the certificate");
        foreach (SafeX509Handle issuer in _chain.Skip(1)) Require(LibSsl.SSL_CTX_add1_chain_cert(context, issuer.Pointer), "a certificate of the chain");
    }

    /// <summary>SHA-256 of the certificate, or of the public key where there is none.</summary>
    internal byte[] Fingerprint()
    {
        using Hold hold = new(this);
        return Digests.Sha256(HasCertificate ? Der.Write(Own) : Der.WritePublicKey(_key.Pointer));
    }

    /// <summary>For one connection alone, in place of what its context has.</summary>
    /// <param name="ssl">A client's, whose server has asked.</param>
    /// <param name="isShown">False where a raw public key is all that may be shown.</param>
    internal void ApplyToConnection(nint ssl, bool isShown)
    {
        using Hold hold = new(this);
        if (!isShown || !HasCertificate)
        {
            ApplyKeyToConnection(ssl);
            return;
        }

        nint chain = LibCrypto.OPENSSL_sk_new_null();
        try
        {
            // The stack is a list for the call: OpenSSL takes references of its own (SSL_use_cert_and_key(3)).
            foreach (SafeX509Handle issuer in _chain.Skip(1))
            {
                if (chain == 0 || LibCrypto.OPENSSL_sk_push(chain, issuer.Pointer) <= 0) throw OpenSslException.FromQueue("the chain could not be put together");
            }

            Require(LibSsl.SSL_use_cert_and_key(ssl, Own, _key.Pointer, chain, 1), "the certificate");
        }
        finally
        {
            LibCrypto.OPENSSL_sk_free(chain);
        }
    }

    private static TlsCertificate Load(ReadOnlySpan<byte> certificatePem, string certificateSource, ReadOnlySpan<byte> keyPem, string keySource, string? password)
    {
        OpenSslLibrary.EnsureLoaded();
        var parts = new CertificateParts();
        try
        {
            parts.Chain.AddRange(Pem.ReadCertificates(certificatePem, certificateSource));
            parts.Key = Pem.ReadPrivateKey(keyPem, password, keySource);
        }
        catch
        {
            parts.Dispose();
            throw;
        }

        return Checked(parts, keySource == certificateSource ? keySource : $"{keySource} with {certificateSource}");
    }

    // The parts are the certificate's from now on, or freed.
    private static TlsCertificate Checked(CertificateParts parts, string source)
    {
        if (LibCrypto.X509_check_private_key(parts.Chain[0].Pointer, parts.Key!.Pointer) == 1) return new TlsCertificate(parts.Chain, parts.Key);
        OpenSslException fault = OpenSslException.FromQueue($"the private key does not belong to the first certificate: {source}");
        parts.Dispose();
        throw fault;
    }

    private static void Require(nint result, string what)
    {
        if (result != 1) throw OpenSslException.FromQueue($"OpenSSL refused {what}");
    }

    // While native objects are used: another thread's Dispose frees them when the last hold ends, and a use after Dispose is refused with ObjectDisposedException.
    private readonly ref struct Hold : IDisposable
    {
        private readonly TlsCertificate _held;

        public Hold(TlsCertificate certificate)
        {
            _held = certificate;
            int count = 0;
            try
            {
                foreach (SafeX509Handle link in certificate._chain)
                {
                    bool isHeld = false;
                    link.DangerousAddRef(ref isHeld);
                    count++;
                }

                bool isKeyHeld = false;
                certificate._key.DangerousAddRef(ref isKeyHeld);
            }
            catch
            {
                for (int i = 0; i < count; i++) certificate._chain[i].DangerousRelease();
                throw;
            }
        }

        public void Dispose()
        {
            _held._chain.ForEach(static link => link.DangerousRelease());
            _held._key.DangerousRelease();
        }
    }
}
