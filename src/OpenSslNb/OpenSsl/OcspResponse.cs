using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>An answer about one certificate, by the certificate's authority or someone it has named (RFC 6960 §4.2).</summary>
internal static unsafe class OcspResponse
{
    /// <summary>What is wrong with bytes that are none.</summary>
    public const string NotOne = "it is no OCSP response";

    // RFC 6960 leaves both to the client. OpenSSL's own tools allow five minutes; an answer that does not say how long it is good is taken for a day.
    private const int ClockSkewInSeconds = 300;
    private const int MostAgeInSeconds = 86_400;
    private const int NoLimit = -1;
    private const int Successful = 0;
    private const int Good = 0;
    private const int Revoked = 1;

    /// <summary>Checks an answer: form, signature, time, status.</summary>
    /// <param name="der">The response.</param>
    /// <param name="certificate">An <c>X509</c>: whom it must be about.</param>
    /// <param name="issuer">An <c>X509</c>: who has issued that.</param>
    /// <param name="chain">A stack of certificates that the signer may be among and may lead through.</param>
    /// <param name="store">An <c>X509_STORE</c>: who is trusted.</param>
    /// <param name="goodFor">How long it may still be used.</param>
    /// <returns>What is wrong; null when the certificate is good.</returns>
    public static string? Fault(ReadOnlySpan<byte> der, nint certificate, nint issuer, nint chain, nint store, out TimeSpan goodFor)
    {
        goodFor = TimeSpan.Zero;
        LibCrypto.ERR_clear_error();
        nint response = 0;
        nint basic = 0;
        try
        {
            response = Parse(der);
            if (response == 0) return NotOne;
            int status = LibCrypto.OCSP_response_status(response);
            if (status != Successful) return $"the responder answered with status {status}";
            basic = LibCrypto.OCSP_response_get1_basic(response);
            if (basic == 0) return "it is no basic OCSP response";
            if (LibCrypto.OCSP_basic_verify(basic, chain, store, 0) != 1) return "its signature is not that of the certificate's authority";
            return StatusFault(basic, certificate, issuer, out goodFor);
        }
        finally
        {
            LibCrypto.OCSP_BASICRESP_free(basic);
            LibCrypto.OCSP_RESPONSE_free(response);
            LibCrypto.ERR_clear_error();
        }
    }

    private static nint Parse(ReadOnlySpan<byte> der)
    {
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            return pointer == null ? 0 : LibCrypto.d2i_OCSP_RESPONSE(null, &next, der.Length);
        }
    }

    private static string? StatusFault(nint basic, nint certificate, nint issuer, out TimeSpan goodFor)
    {
        goodFor = TimeSpan.Zero;
        int status;
        int reason;
        nint revoked;
        nint thisUpdate;
        nint nextUpdate;

        // An id names the hash that it was made with: SHA-1 nearly always, for it hides nothing.
        if (!TryFind(basic, certificate, issuer, 0, &status, &reason, &revoked, &thisUpdate, &nextUpdate)
            && !TryFind(basic, certificate, issuer, LibCrypto.EVP_sha256(), &status, &reason, &revoked, &thisUpdate, &nextUpdate))
        {
            return "it is not about this certificate";
        }

        if (LibCrypto.OCSP_check_validity(thisUpdate, nextUpdate, ClockSkewInSeconds, nextUpdate == 0 ? MostAgeInSeconds : NoLimit) != 1) return "it is not of the present time";
        if (status == Revoked) return "the certificate is revoked";
        if (status != Good) return "the authority does not know the certificate";
        goodFor = nextUpdate == 0 ? TimeSpan.FromSeconds(MostAgeInSeconds) + Until(thisUpdate) : Until(nextUpdate);
        return null;
    }

    private static bool TryFind(nint basic, nint certificate, nint issuer, nint digest, int* status, int* reason, nint* revoked, nint* thisUpdate, nint* nextUpdate)
    {
        nint id = LibCrypto.OCSP_cert_to_id(digest, certificate, issuer);
        bool isFound = id != 0 && LibCrypto.OCSP_resp_find_status(basic, id, status, reason, revoked, thisUpdate, nextUpdate) == 1;
        LibCrypto.OCSP_CERTID_free(id);
        return isFound;
    }

    // From now.
    private static TimeSpan Until(nint time)
    {
        int days;
        int seconds;
        return LibCrypto.ASN1_TIME_diff(&days, &seconds, 0, time) == 1 ? TimeSpan.FromDays(days) + TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
    }
}
