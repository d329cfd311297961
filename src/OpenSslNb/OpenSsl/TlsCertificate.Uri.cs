using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <content>Keys that are somewhere else.</content>
public sealed unsafe partial class TlsCertificate
{
    /// <summary>
    /// Takes a certificate and its key from where OpenSSL finds them (<c>OSSL_STORE_open(3)</c>): <c>file:</c>, and whatever schemes its providers have, such as <c>pkcs11:</c> for keys that never leave a device. Providers are loaded by
    /// OpenSSL's configuration file (<c>config(5)</c>). For keys that take their time see <see cref="TlsOptions.HandshakeWorkers"/>.
    /// </summary>
    /// <param name="certificateUri">Where the certificate is, with the chain if it is there too, in any order.</param>
    /// <param name="keyUri">Where its private key is: the first one counts.</param>
    /// <param name="password">Password or PIN, for both; null for none.</param>
    /// <exception cref="OpenSslException">OpenSSL does not know the scheme, there is no such thing, the password is wrong, or the key does not belong to any of the certificates.</exception>
    public static TlsCertificate FromUri(string certificateUri, string keyUri, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificateUri);
        ArgumentException.ThrowIfNullOrEmpty(keyUri);
        OpenSslLibrary.EnsureLoaded();
        var parts = new CertificateParts();
        try
        {
            parts.Key = KeyStore.ReadPrivateKey(keyUri, password);
            parts.Chain.AddRange(KeyStore.ReadCertificates(certificateUri, password));
            PutOwnFirst(parts);
        }
        catch
        {
            parts.Dispose();
            throw;
        }

        return Checked(parts, $"{KeyStore.Shown(keyUri)} with {KeyStore.Shown(certificateUri)}");
    }

    // A store has its own order.
    private static void PutOwnFirst(CertificateParts parts)
    {
        int own = parts.Chain.FindIndex(certificate => LibCrypto.X509_check_private_key(certificate.Pointer, parts.Key!.Pointer) == 1);
        if (own <= 0) return;
        SafeX509Handle first = parts.Chain[own];
        parts.Chain.RemoveAt(own);
        parts.Chain.Insert(0, first);
        LibCrypto.ERR_clear_error();
    }
}
