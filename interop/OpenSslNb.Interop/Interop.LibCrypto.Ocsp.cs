namespace OpenSslNb.Interop;

/// <content>Status of certificates: openssl/ocsp.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>OCSP_response_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> OCSP_RESPONSE_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("OCSP_RESPONSE_free");

    /// <summary><c>OCSP_response_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> OCSP_response_status = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("OCSP_response_status");

    /// <summary><c>OCSP_response_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> OCSP_response_get1_basic = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("OCSP_response_get1_basic");

    /// <summary><c>OCSP_response_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> OCSP_BASICRESP_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("OCSP_BASICRESP_free");

    /// <summary><c>OCSP_resp_find_status(3)</c>: with the certificates that the signer may be among.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, nuint, int> OCSP_basic_verify = (delegate* unmanaged<nint, nint, nint, nuint, int>)OpenSslLibrary.Required("OCSP_basic_verify");

    /// <summary><c>OCSP_cert_to_id(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, nint> OCSP_cert_to_id = (delegate* unmanaged<nint, nint, nint, nint>)OpenSslLibrary.Required("OCSP_cert_to_id");

    /// <summary><c>OCSP_cert_to_id(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> OCSP_CERTID_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("OCSP_CERTID_free");

    /// <summary><c>OCSP_resp_find_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int*, int*, nint*, nint*, nint*, int> OCSP_resp_find_status = (delegate* unmanaged<nint, nint, int*, int*, nint*, nint*, nint*, int>)OpenSslLibrary.Required("OCSP_resp_find_status");

    /// <summary><c>OCSP_resp_find_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, nint, int> OCSP_check_validity = (delegate* unmanaged<nint, nint, nint, nint, int>)OpenSslLibrary.Required("OCSP_check_validity");

    /// <summary><c>OCSP_REQUEST_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> OCSP_REQUEST_new = (delegate* unmanaged<nint>)OpenSslLibrary.Required("OCSP_REQUEST_new");

    /// <summary><c>OCSP_REQUEST_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> OCSP_REQUEST_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("OCSP_REQUEST_free");

    /// <summary><c>OCSP_REQUEST_new(3)</c>: the request owns the id from then on.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint> OCSP_request_add0_id = (delegate* unmanaged<nint, nint, nint>)OpenSslLibrary.Required("OCSP_request_add0_id");

    /// <summary><c>d2i_X509(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, byte**, nint, nint> d2i_OCSP_RESPONSE = (delegate* unmanaged<nint*, byte**, nint, nint>)OpenSslLibrary.Required("d2i_OCSP_RESPONSE");

    /// <summary><c>d2i_X509(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, int> i2d_OCSP_REQUEST = (delegate* unmanaged<nint, byte**, int>)OpenSslLibrary.Required("i2d_OCSP_REQUEST");

    /// <summary><c>X509_get1_ocsp</c>: without a page; a stack of addresses, to be freed with <c>X509_email_free</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_get1_ocsp = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_get1_ocsp");

    /// <summary><c>X509_get1_ocsp</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> X509_email_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("X509_email_free");

    /// <summary><c>ASN1_TIME_diff(3)</c>: 0 as the first time is now.</summary>
    internal static readonly delegate* unmanaged<int*, int*, nint, nint, int> ASN1_TIME_diff = (delegate* unmanaged<int*, int*, nint, nint, int>)OpenSslLibrary.Required("ASN1_TIME_diff");

    /// <summary><c>OPENSSL_malloc(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nuint, byte*, int, void*> CRYPTO_malloc = (delegate* unmanaged<nuint, byte*, int, void*>)OpenSslLibrary.Required("CRYPTO_malloc");

    /// <summary><c>X509_STORE_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> X509_STORE_new = (delegate* unmanaged<nint>)OpenSslLibrary.Required("X509_STORE_new");

    /// <summary><c>X509_STORE_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> X509_STORE_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("X509_STORE_free");

    /// <summary><c>X509_STORE_set_flags(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nuint, int> X509_STORE_set_flags = (delegate* unmanaged<nint, nuint, int>)OpenSslLibrary.Required("X509_STORE_set_flags");
}
