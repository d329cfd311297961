using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Fills an <c>SSL_CTX</c>'s store with authorities and revocation lists.</summary>
internal static unsafe class TrustStore
{
    public static void Load(nint context, TlsTrust trust)
    {
        foreach (TrustSource source in trust.Sources) Load(context, source);
        nuint flags = 0;
        if (trust.AllowsPartialChains) flags |= CryptoConst.X509_V_FLAG_PARTIAL_CHAIN;
        if (trust.Revocation is { } revocation)
        {
            nint store = LibSsl.SSL_CTX_get_cert_store(context);
            foreach ((byte[] pem, string origin) in revocation.Texts) LoadRevocationLists(store, pem, origin);
            flags |= CryptoConst.X509_V_FLAG_CRL_CHECK;
            if (revocation.WholeChain) flags |= CryptoConst.X509_V_FLAG_CRL_CHECK_ALL;
        }

        if (flags != 0 && LibCrypto.X509_VERIFY_PARAM_set_flags(LibSsl.SSL_CTX_get0_param(context), flags) != 1) throw OpenSslException.FromQueue("OpenSSL refused what is to be checked");
    }

    /// <summary>Names the authorities to clients, so that they can choose a certificate (<c>SSL_CTX_add_client_CA(3)</c>). Those of a folder and of the system are not named: they are many, or not known yet.</summary>
    public static void OfferAsClientAuthorities(nint context, TlsTrust trust)
    {
        foreach (TrustSource source in trust.Sources)
        {
            Each(source, certificate =>
            {
                if (LibSsl.SSL_CTX_add_client_CA(context, certificate.Pointer) != 1) throw OpenSslException.FromQueue($"OpenSSL refused a client authority from {source.Origin}");
            });
        }
    }

    private static void Load(nint context, TrustSource source)
    {
        if (source.Folder is { } folder)
        {
            using var path = new NativeText(folder);
            if (LibSsl.SSL_CTX_load_verify_locations(context, null, path.Pointer) != 1) throw OpenSslException.FromQueue($"OpenSSL refused the folder of authorities '{folder}'");
        }
        else if (source.Text is null)
        {
            if (LibSsl.SSL_CTX_set_default_verify_paths(context) != 1) throw OpenSslException.FromQueue($"OpenSSL refused {source.Origin}");
        }
        else
        {
            nint store = LibSsl.SSL_CTX_get_cert_store(context);
            Each(source, certificate =>
            {
                // Takes a reference of its own: X509_STORE_add_cert(3).
                if (LibCrypto.X509_STORE_add_cert(store, certificate.Pointer) != 1) throw OpenSslException.FromQueue($"OpenSSL refused an authority from {source.Origin}");
            });
        }
    }

    private static void LoadRevocationLists(nint store, byte[] pem, string origin) => Pem.EachRevocationList(pem, origin, list =>
    {
        // Takes a reference of its own: X509_STORE_add_crl(3).
        if (LibCrypto.X509_STORE_add_crl(store, list) != 1) throw OpenSslException.FromQueue($"OpenSSL refused a revocation list from {origin}");
    });

    private static void Each(TrustSource source, Action<SafeX509Handle> action)
    {
        if (source.Text is null) return;
        List<SafeX509Handle> certificates = Pem.ReadCertificates(source.Text, source.Origin);
        try
        {
            certificates.ForEach(action);
        }
        finally
        {
            certificates.ForEach(c => c.Dispose());
        }
    }
}
