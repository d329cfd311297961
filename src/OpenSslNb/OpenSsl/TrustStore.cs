using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Fills an <c>SSL_CTX</c>'s store with authorities.</summary>
internal static unsafe class TrustStore
{
    public static void Load(nint context, TlsTrust trust)
    {
        nint store = LibSsl.SSL_CTX_get_cert_store(context);
        Each(trust, certificate =>
        {
            // Takes a reference of its own: X509_STORE_add_cert(3).
            if (LibCrypto.X509_STORE_add_cert(store, certificate.Pointer) != 1) throw OpenSslException.FromQueue($"OpenSSL refused an authority from {trust.Source}");
        });
    }

    /// <summary>Names the authorities to clients, so that they can choose a certificate (<c>SSL_CTX_add_client_CA(3)</c>).</summary>
    public static void OfferAsClientAuthorities(nint context, TlsTrust trust) => Each(trust, certificate =>
    {
        if (LibSsl.SSL_CTX_add_client_CA(context, certificate.Pointer) != 1) throw OpenSslException.FromQueue($"OpenSSL refused a client authority from {trust.Source}");
    });

    private static void Each(TlsTrust trust, Action<SafeX509Handle> action)
    {
        List<SafeX509Handle> certificates = Pem.ReadCertificates(trust.Pem, trust.Source);
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
