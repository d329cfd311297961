using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <content>Callbacks whose answer may come later: OpenSSL suspends the handshake, and asks again when it goes on.</content>
internal static unsafe partial class SslCallbacks
{
    private const int Suspend = -1;

    /// <summary>Shows the application each ClientHello, to choose a context by it (<c>SSL_CTX_set_client_hello_cb(3)</c>).</summary>
    public static void ChooseByHello(nint context) => LibSsl.SSL_CTX_set_client_hello_cb(context, &OnClientHello, 0);

    /// <summary>Has the client's certificate chosen when a server asks for one, by the application or among several (<c>SSL_CTX_set_cert_cb(3)</c>).</summary>
    public static void ChooseCertificate(nint context) => LibSsl.SSL_CTX_set_cert_cb(context, &OnCertificate, 0);

    /// <summary>Shows a key to nobody who would take it for a certificate's (<c>SSL_CTX_set_cert_cb(3)</c>).</summary>
    public static void ShowKeyAlone(nint context) => LibSsl.SSL_CTX_set_cert_cb(context, &OnKeyAlone, 0);

    /// <summary>Has raw public keys judged, and the application judge the peer's certificate or key after OpenSSL has (<c>SSL_CTX_set_cert_verify_callback(3)</c>).</summary>
    public static void JudgePeer(nint context) => LibSsl.SSL_CTX_set_cert_verify_callback(context, &OnVerifyPeer, 0);

    /// <summary>Ends <see cref="WatchMessages"/>.</summary>
    public static void WatchNoMessages(nint ssl) => LibSsl.SSL_set_msg_callback(ssl, null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClientHello(nint ssl, int* alert, nint argument)
    {
        *alert = SslConst.SSL_AD_INTERNAL_ERROR;
        if (InstanceOf(ssl) is not { } instance) return SslConst.SSL_CLIENT_HELLO_ERROR;
        try
        {
            if (instance.TicketContext.Options is not TlsServerOptions options) return SslConst.SSL_CLIENT_HELLO_SUCCESS;
            if (options.KeepClientHello) instance.KeepHello();
            bool isAnswered = (options.SelectContext is not { } choose || instance.TryChooseContext(choose)) && (options.SessionStore is not { } store || instance.TryFindSession(store));
            return isAnswered ? SslConst.SSL_CLIENT_HELLO_SUCCESS : SslConst.SSL_CLIENT_HELLO_RETRY;
        }
        catch (Exception e)
        {
            if (e is TlsAlertException refusal) *alert = refusal.Alert;
            instance.CallbackFailure ??= e;
            return SslConst.SSL_CLIENT_HELLO_ERROR;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCertificate(nint ssl, nint argument)
    {
        const int Done = 1;
        const int Error = 0;
        if (InstanceOf(ssl) is not { } instance) return Error;
        try
        {
            if (!instance.Context.Options.ShowsCertificates && HidesKey(ssl)) return Done;
            if (instance.Context.Options is not TlsClientOptions { SelectCertificate: { } choose })
            {
                CurrentCertificate.Choose(ssl, instance.Context.Options);
                return Done;
            }

            return instance.TryChooseCertificate(choose) ? Done : Suspend;
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
            return Error;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnKeyAlone(nint ssl, nint argument)
    {
        _ = HidesKey(ssl);
        return 1;
    }

    // A peer that knows nothing of raw keys would get a list of no certificates, and behind it a signature (RFC 8446 §4.4.2, §4.4.3). Without the key a server has nothing to show, and says so, while a pre-shared key still serves; a client says that it has none.
    private static bool HidesKey(nint ssl)
    {
        if (CertificateTypes.Agreed(ssl, ofServer: LibSsl.SSL_is_server(ssl) != 0) == TlsCertificateType.RawPublicKey) return false;
        LibSsl.SSL_certs_clear(ssl);
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnVerifyPeer(nint store, nint argument)
    {
        bool isGood = LibCrypto.X509_verify_cert(store) == 1;
        nint ssl = LibCrypto.X509_STORE_CTX_get_ex_data(store, LibSsl.SSL_get_ex_data_X509_STORE_CTX_idx());
        if (InstanceOf(ssl) is not { } instance) return 0;
        int error = CryptoConst.X509_V_ERR_APPLICATION_VERIFICATION;
        try
        {
            if (!RawPeerKey.IsOfAllowedType(instance, store)) return 0;
            isGood = RawPeerKey.Settle(instance, store, isGood);
            if (instance.Context.Options.VerifyPeer is not { } verify) return isGood ? 1 : 0;
            switch (instance.Judge(verify, SslQuestions.SubjectOf(ssl, store)))
            {
                case true:
                    return 1;
                case null:
                    // Where OpenSSL cannot wait, it goes on for now; FinishVerification waits. In a renegotiation nobody would.
                    if (instance.OpenSslWaitsForVerdicts) return LibSsl.SSL_set_retry_verify(ssl) > 0 ? 1 : 0;
                    if (!instance.IsEstablished) return 1;
                    instance.VerificationFault ??= "the application did not judge it at once, as it must in a renegotiation";
                    break;
            }
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
            error = e is TlsAlertException refusal ? VerificationErrors.LeadingTo(refusal.Alert) : error;
        }

        LibCrypto.X509_STORE_CTX_set_error(store, error);
        return 0;
    }
}
