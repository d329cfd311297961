namespace OpenSslNb.Interop;

/// <content>Certificates: openssl/x509.h, openssl/x509v3.h, openssl/pem.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>X509_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> X509_new = (delegate* unmanaged<nint>)OpenSslLibrary.Required("X509_new");

    /// <summary><c>X509_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> X509_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("X509_free");

    /// <summary><c>X509_set_version(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_set_version = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_set_version");

    /// <summary><c>X509_get_serialNumber(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_get_serialNumber = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_get_serialNumber");

    /// <summary><c>ASN1_INTEGER_set(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> ASN1_INTEGER_set = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("ASN1_INTEGER_set");

    /// <summary><c>X509_getm_notBefore(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_getm_notBefore = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_getm_notBefore");

    /// <summary><c>X509_getm_notAfter(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_getm_notAfter = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_getm_notAfter");

    /// <summary><c>X509_gmtime_adj(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint> X509_gmtime_adj = (delegate* unmanaged<nint, nint, nint>)OpenSslLibrary.Required("X509_gmtime_adj");

    /// <summary><c>X509_set_pubkey(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_set_pubkey = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_set_pubkey");

    /// <summary><c>X509_get_subject_name(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_get_subject_name = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_get_subject_name");

    /// <summary><c>X509_set_issuer_name(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_set_issuer_name = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_set_issuer_name");

    /// <summary><c>X509_NAME_add_entry_by_txt(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, byte*, int, int, int, int> X509_NAME_add_entry_by_txt = (delegate* unmanaged<nint, byte*, int, byte*, int, int, int, int>)OpenSslLibrary.Required("X509_NAME_add_entry_by_txt");

    /// <summary><c>X509_NAME_oneline(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, byte*> X509_NAME_oneline = (delegate* unmanaged<nint, byte*, int, byte*>)OpenSslLibrary.Required("X509_NAME_oneline");

    /// <summary><c>X509V3_EXT_conf_nid(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int, byte*, nint> X509V3_EXT_conf_nid = (delegate* unmanaged<nint, nint, int, byte*, nint>)OpenSslLibrary.Required("X509V3_EXT_conf_nid");

    /// <summary><c>X509_EXTENSION_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> X509_EXTENSION_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("X509_EXTENSION_free");

    /// <summary><c>X509_add_ext(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int, int> X509_add_ext = (delegate* unmanaged<nint, nint, int, int>)OpenSslLibrary.Required("X509_add_ext");

    /// <summary><c>X509_sign(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, int> X509_sign = (delegate* unmanaged<nint, nint, nint, int>)OpenSslLibrary.Required("X509_sign");

    /// <summary><c>X509_check_private_key(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_check_private_key = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_check_private_key");

    /// <summary><c>X509_verify_cert_error_string(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*> X509_verify_cert_error_string = (delegate* unmanaged<nint, byte*>)OpenSslLibrary.Required("X509_verify_cert_error_string");

    /// <summary><c>X509_STORE_add_cert(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_STORE_add_cert = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_STORE_add_cert");

    /// <summary><c>X509_get_signature_info(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int*, int*, int*, uint*, int> X509_get_signature_info = (delegate* unmanaged<nint, int*, int*, int*, uint*, int>)OpenSslLibrary.Required("X509_get_signature_info");

    /// <summary><c>X509_digest(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, byte*, uint*, int> X509_digest = (delegate* unmanaged<nint, nint, byte*, uint*, int>)OpenSslLibrary.Required("X509_digest");

    /// <summary><c>X509_check_issued(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_check_issued = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_check_issued");

    /// <summary><c>X509_STORE_add_crl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> X509_STORE_add_crl = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("X509_STORE_add_crl");

    /// <summary><c>X509_STORE_CTX_get_ex_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint> X509_STORE_CTX_get_ex_data = (delegate* unmanaged<nint, int, nint>)OpenSslLibrary.Required("X509_STORE_CTX_get_ex_data");

    /// <summary><c>X509_STORE_CTX_get_error_depth(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> X509_STORE_CTX_get_error_depth = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("X509_STORE_CTX_get_error_depth");

    /// <summary><c>X509_STORE_CTX_get_error(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> X509_STORE_CTX_get_error = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("X509_STORE_CTX_get_error");

    /// <summary><c>X509_STORE_CTX_get0_untrusted(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_STORE_CTX_get0_untrusted = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_STORE_CTX_get0_untrusted");

    /// <summary><c>X509_verify_cert(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> X509_verify_cert = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("X509_verify_cert");

    /// <summary><c>X509_NAME_get0_der(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, nuint*, int> X509_NAME_get0_der = (delegate* unmanaged<nint, byte**, nuint*, int>)OpenSslLibrary.Required("X509_NAME_get0_der");

    /// <summary><c>OPENSSL_sk_new_null(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> OPENSSL_sk_new_null = (delegate* unmanaged<nint>)OpenSslLibrary.Required("OPENSSL_sk_new_null");

    /// <summary><c>OPENSSL_sk_push(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> OPENSSL_sk_push = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("OPENSSL_sk_push");

    /// <summary><c>X509_STORE_CTX_set_error(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void> X509_STORE_CTX_set_error = (delegate* unmanaged<nint, int, void>)OpenSslLibrary.Required("X509_STORE_CTX_set_error");

    /// <summary><c>X509_STORE_CTX_get0_chain(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_STORE_CTX_get0_chain = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_STORE_CTX_get0_chain");

    /// <summary><c>X509_get_X509_PUBKEY(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_get_X509_PUBKEY = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_get_X509_PUBKEY");

    /// <summary><c>i2d_X509_PUBKEY(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, int> i2d_X509_PUBKEY = (delegate* unmanaged<nint, byte**, int>)OpenSslLibrary.Required("i2d_X509_PUBKEY");

    /// <summary><c>i2d_X509(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, int> i2d_X509 = (delegate* unmanaged<nint, byte**, int>)OpenSslLibrary.Required("i2d_X509");

    /// <summary><c>d2i_X509(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, byte**, nint, nint> d2i_X509 = (delegate* unmanaged<nint*, byte**, nint, nint>)OpenSslLibrary.Required("d2i_X509");

    /// <summary><c>X509_VERIFY_PARAM_set_flags(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nuint, int> X509_VERIFY_PARAM_set_flags = (delegate* unmanaged<nint, nuint, int>)OpenSslLibrary.Required("X509_VERIFY_PARAM_set_flags");

    /// <summary><c>X509_VERIFY_PARAM_set1_host(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, int> X509_VERIFY_PARAM_set1_host = (delegate* unmanaged<nint, byte*, nuint, int>)OpenSslLibrary.Required("X509_VERIFY_PARAM_set1_host");

    /// <summary><c>X509_VERIFY_PARAM_set1_ip_asc(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int> X509_VERIFY_PARAM_set1_ip_asc = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Required("X509_VERIFY_PARAM_set1_ip_asc");

    /// <summary><c>X509_VERIFY_PARAM_set_hostflags(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, uint, void> X509_VERIFY_PARAM_set_hostflags = (delegate* unmanaged<nint, uint, void>)OpenSslLibrary.Required("X509_VERIFY_PARAM_set_hostflags");

    /// <summary><c>PEM_read_bio_X509(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void*, void*, nint> PEM_read_bio_X509 = (delegate* unmanaged<nint, nint, void*, void*, nint>)OpenSslLibrary.Required("PEM_read_bio_X509");

    /// <summary><c>PEM_read_bio_X509_CRL(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void*, void*, nint> PEM_read_bio_X509_CRL = (delegate* unmanaged<nint, nint, void*, void*, nint>)OpenSslLibrary.Required("PEM_read_bio_X509_CRL");

    /// <summary><c>X509_CRL_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> X509_CRL_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("X509_CRL_free");

    /// <summary><c>PEM_read_bio_PrivateKey(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, delegate* unmanaged[Cdecl]<byte*, int, int, void*, int>, void*, nint> PEM_read_bio_PrivateKey = (delegate* unmanaged<nint, nint, delegate* unmanaged[Cdecl]<byte*, int, int, void*, int>, void*, nint>)OpenSslLibrary.Required("PEM_read_bio_PrivateKey");

    /// <summary><c>PEM_write_bio_X509(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> PEM_write_bio_X509 = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("PEM_write_bio_X509");

    /// <summary><c>PEM_write_bio_PrivateKey(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, byte*, int, void*, void*, int> PEM_write_bio_PrivateKey = (delegate* unmanaged<nint, nint, nint, byte*, int, void*, void*, int>)OpenSslLibrary.Required("PEM_write_bio_PrivateKey");
}
