using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>OpenSSL chooses the alert for a certificate that is refused by the error of its verification, and by nothing else.</summary>
internal static class VerificationErrors
{
    // RFC 8446 §6.2.
    private const byte BadCertificate = 42;
    private const byte UnsupportedCertificate = 43;
    private const byte CertificateRevoked = 44;
    private const byte CertificateExpired = 45;
    private const byte CertificateUnknown = 46;
    private const byte UnknownAuthority = 48;
    private const byte DecryptError = 51;
    private const byte InternalError = 80;

    /// <summary>An error that the peer gets this alert for; for others there is none, and the peer gets handshake_failure.</summary>
    public static int LeadingTo(byte alert) => alert switch
    {
        BadCertificate => CryptoConst.X509_V_ERR_CERT_REJECTED,
        UnsupportedCertificate => CryptoConst.X509_V_ERR_INVALID_PURPOSE,
        CertificateRevoked => CryptoConst.X509_V_ERR_CERT_REVOKED,
        CertificateExpired => CryptoConst.X509_V_ERR_CERT_HAS_EXPIRED,
        CertificateUnknown => CryptoConst.X509_V_ERR_PERMITTED_VIOLATION,
        UnknownAuthority => CryptoConst.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
        DecryptError => CryptoConst.X509_V_ERR_CERT_SIGNATURE_FAILURE,
        InternalError => CryptoConst.X509_V_ERR_UNSPECIFIED,
        _ => CryptoConst.X509_V_ERR_APPLICATION_VERIFICATION,
    };
}
