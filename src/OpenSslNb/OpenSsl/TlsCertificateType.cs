using OpenSslNb.Interop;

namespace OpenSslNb;

/// <summary>What a side shows of itself: the numbers of IANA's registry of TLS certificate types (RFC 7250 §8, RFC 8446 §4.4.2).</summary>
public enum TlsCertificateType : byte
{
    /// <summary>A chain of X.509 certificates (RFC 5280).</summary>
    X509 = SslConst.TLSEXT_cert_type_x509,

    /// <summary>A public key and nothing else (RFC 7250): it bears no name and no date, and whoever verifies it has to know it. Needs OpenSSL 3.2.</summary>
    RawPublicKey = SslConst.TLSEXT_cert_type_rpk,
}
