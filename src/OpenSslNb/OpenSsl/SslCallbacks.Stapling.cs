using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <content>The status of certificates that goes with them (RFC 6066 §8).</content>
internal static unsafe partial class SslCallbacks
{
    /// <summary>A server sends what its certificate has.</summary>
    public static void Staple(nint context) => _ = LibSsl.SSL_CTX_set_tlsext_status_cb(context, &OnStatusAsked);

    /// <summary>A client asks for it and checks it.</summary>
    public static void CheckStaple(nint context)
    {
        _ = LibSsl.SSL_CTX_set_tlsext_status_type(context, SslConst.TLSEXT_STATUSTYPE_ocsp);
        _ = LibSsl.SSL_CTX_set_tlsext_status_cb(context, &OnStatusCame);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatusAsked(nint ssl, nint argument)
    {
        if (InstanceOf(ssl) is not { Context.Options: TlsServerOptions options } instance) return SslConst.SSL_TLSEXT_ERR_NOACK;
        try
        {
            if (options.CertificateOf(LibSsl.SSL_get_certificate(ssl))?.CurrentStaple is not { } staple) return SslConst.SSL_TLSEXT_ERR_NOACK;
            void* copy = LibCrypto.CRYPTO_malloc((nuint)staple.Length, null, 0);
            if (copy == null) return SslConst.SSL_TLSEXT_ERR_NOACK;
            staple.CopyTo(new Span<byte>(copy, staple.Length));
            _ = LibSsl.SSL_set_tlsext_status_ocsp_resp(ssl, copy, staple.Length);
            return SslConst.SSL_TLSEXT_ERR_OK;
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
            return SslConst.SSL_TLSEXT_ERR_ALERT_FATAL;
        }
    }

    // After the chain was verified.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatusCame(nint ssl, nint argument)
    {
        const int Acceptable = 1;
        const int NotAcceptable = 0;
        if (InstanceOf(ssl) is not { Context.Options: TlsClientOptions options } instance) return NotAcceptable;
        byte* response;
        int length = (int)LibSsl.SSL_get_tlsext_status_ocsp_resp(ssl, &response);
        if (length <= 0 || response == null)
        {
            // A session that is resumed had its status when it began, and no certificate comes that one could go with.
            if (options.Stapling != StaplePolicy.Require || LibSsl.SSL_session_reused(ssl) != 0) return Acceptable;
            instance.VerificationFault = "the server has sent no OCSP response with it";
            return NotAcceptable;
        }

        if (FaultOf(ssl, new ReadOnlySpan<byte>(response, length)) is not { } fault) return Acceptable;
        instance.VerificationFault = fault;
        return NotAcceptable;
    }

    private static string? FaultOf(nint ssl, ReadOnlySpan<byte> response)
    {
        nint chain = LibSsl.SSL_get0_verified_chain(ssl);
        int count = chain == 0 ? 0 : LibCrypto.OPENSSL_sk_num(chain);
        if (count == 0) return "its OCSP response cannot be checked without a verified chain";
        nint certificate = LibCrypto.OPENSSL_sk_value(chain, 0);

        // Of a certificate that is trusted by itself nobody else may be known.
        nint issuer = count > 1 ? LibCrypto.OPENSSL_sk_value(chain, 1) : certificate;
        if (LibCrypto.X509_check_issued(issuer, certificate) != CryptoConst.X509_V_OK) return "its OCSP response cannot be checked: its issuer is not in the verified chain";
        string? fault = OcspResponse.Fault(response, certificate, issuer, chain, LibSsl.SSL_CTX_get_cert_store(LibSsl.SSL_get_SSL_CTX(ssl)), out _);
        return fault is null ? null : $"its OCSP response is not good: {fault}";
    }
}
