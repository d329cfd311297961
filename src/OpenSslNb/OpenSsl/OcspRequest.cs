using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Asks for the status of a certificate (RFC 6960 §4.1).</summary>
internal static unsafe class OcspRequest
{
    /// <returns>DER, without a nonce: responders answer the same to everybody.</returns>
    public static byte[] Create(nint certificate, nint issuer)
    {
        LibCrypto.ERR_clear_error();
        nint request = LibCrypto.OCSP_REQUEST_new();
        nint id = LibCrypto.OCSP_cert_to_id(0, certificate, issuer);
        try
        {
            if (request == 0 || id == 0 || LibCrypto.OCSP_request_add0_id(request, id) == 0) throw OpenSslException.FromQueue("an OCSP request could not be made");
            id = 0;
            return Der.WriteRequest(request);
        }
        finally
        {
            LibCrypto.OCSP_CERTID_free(id);
            LibCrypto.OCSP_REQUEST_free(request);
        }
    }

    /// <summary>The first responder that the certificate names and that can be asked over HTTP.</summary>
    public static Uri? ResponderOf(nint certificate)
    {
        nint addresses = LibCrypto.X509_get1_ocsp(certificate);
        if (addresses == 0) return null;
        try
        {
            for (int i = 0; i < LibCrypto.OPENSSL_sk_num(addresses); i++)
            {
                if (Uri.TryCreate(Marshal.PtrToStringUTF8(LibCrypto.OPENSSL_sk_value(addresses, i)), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https") return address;
            }

            return null;
        }
        finally
        {
            LibCrypto.X509_email_free(addresses);
        }
    }
}
