using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>What OpenSSL calls back. Each finds its <see cref="SslInstance"/> or <see cref="TlsContext"/> through <c>ex_data</c>, and none lets an exception out.</summary>
internal static unsafe partial class SslCallbacks
{
    // RFC 8446 §5.1 and §4.
    private const int HandshakeContent = 22;
    private const byte ClientHelloMessage = 1;
    private const byte FinishedMessage = 20;
    private const int FatalAlert = 2;

    private static readonly Lock s_gate = new();

    // Made with the first connection. Not by a static initialiser: one that fails for want of memory would fail for good.
    private static int s_instanceIndex = -1;

    /// <summary>Connects an <c>SSL</c> with the weak handle of its instance.</summary>
    public static void Bind(nint ssl, nint instance)
    {
        if (LibSsl.SSL_set_ex_data(ssl, InstanceIndex(), instance) != 1) throw OpenSslException.FromQueue("SSL_set_ex_data failed");
    }

    /// <summary>Notes the alerts of each connection (<c>SSL_CTX_set_info_callback(3)</c>).</summary>
    public static void WatchAlerts(nint context) => LibSsl.SSL_CTX_set_info_callback(context, &OnInfo);

    /// <summary>Shows the instance's observer each record and protocol message of this <c>SSL</c> (<c>SSL_set_msg_callback(3)</c>).</summary>
    public static void WatchMessages(nint ssl) => LibSsl.SSL_set_msg_callback(ssl, &OnMessage);

    /// <summary>Sends secrets in NSS format to the context's key log (<c>SSL_CTX_set_keylog_callback(3)</c>).</summary>
    public static void LogKeys(nint context) => LibSsl.SSL_CTX_set_keylog_callback(context, &OnKeyLog);

    /// <summary>Lets the server choose among the client's protocols (<c>SSL_CTX_set_alpn_select_cb(3)</c>).</summary>
    /// <param name="context">A server's context.</param>
    /// <param name="wireFormat">The server's protocols in order of preference, each with its length in front; lives as long as the context.</param>
    public static void SelectAlpn(nint context, NativeBytes wireFormat) => LibSsl.SSL_CTX_set_alpn_select_cb(context, &OnAlpnSelect, wireFormat.Pointer);

    /// <summary>Lets the name that a client asks for choose the certificate (<c>SSL_CTX_set_tlsext_servername_callback(3)</c>).</summary>
    public static void SelectByName(nint context) => _ = LibSsl.SSL_CTX_set_tlsext_servername_callback(context, &OnServerName);

    /// <summary>Demands the peer's certificate, and one of the context's pinned keys in its chain (<c>SSL_CTX_set_verify(3)</c>).</summary>
    public static void CheckPins(nint context)
    {
        delegate* unmanaged[Cdecl]<int, nint, int> callback = &OnVerify;
        LibSsl.SSL_CTX_set_verify(context, SslConst.SSL_VERIFY_PEER, callback);
    }

    /// <summary>Gives each session that a server sends to the context's store (<c>SSL_CTX_sess_set_new_cb(3)</c>).</summary>
    public static void KeepSessions(nint context) => LibSsl.SSL_CTX_sess_set_new_cb(context, &OnNewSession);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnNewSession(nint ssl, nint session)
    {
        if (InstanceOf(ssl) is not { SessionKey: { } key, Context.Sessions: { } sessions } instance) return 0;
        try
        {
            // A copy: the connection goes on using its own. Without memory for it the next handshake is a full one.
            if (LibSsl.SSL_SESSION_dup(session) is not 0 and nint copy) sessions.Add(key, SafeSslSessionHandle.Adopt(copy));
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnServerName(nint ssl, int* alert, nint argument)
    {
        byte* name = LibSsl.SSL_get_servername(ssl, SslConst.TLSEXT_NAMETYPE_host_name);
        if (name == null || InstanceOf(ssl) is not { } instance) return SslConst.SSL_TLSEXT_ERR_NOACK;
        if (instance.Context.Names?.Find(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) is { } named)
        {
            // Sound: the contexts for names live as long as this connection's context. OpenSSL keeps a reference besides.
            return LibSsl.SSL_set_SSL_CTX(ssl, named.Pointer) == 0 ? SslConst.SSL_TLSEXT_ERR_ALERT_FATAL : SslConst.SSL_TLSEXT_ERR_OK;
        }

        if (instance.Context.Options is not TlsServerOptions { UnknownServerName: UnknownServerName.Refuse }) return SslConst.SSL_TLSEXT_ERR_NOACK;
        *alert = SslConst.SSL_AD_UNRECOGNIZED_NAME;
        return SslConst.SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    // For each certificate of the chain, the peer's own last: by then the chain is known and verified.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnVerify(int isGood, nint store)
    {
        if (isGood == 0 || LibCrypto.X509_STORE_CTX_get_error_depth(store) != 0) return isGood;
        SslInstance? instance = InstanceOf(LibCrypto.X509_STORE_CTX_get_ex_data(store, LibSsl.SSL_get_ex_data_X509_STORE_CTX_idx()));
        try
        {
            if (instance?.Context.Pins is { } pins && pins.Matches(LibCrypto.X509_STORE_CTX_get0_chain(store))) return 1;
            if (instance is not null) instance.VerificationFault = "none of the pinned keys is in the peer's chain";
        }
        catch (Exception e)
        {
            // No exception may cross OpenSSL's frames; not being able to compare is no match.
            if (instance is not null) instance.VerificationFault = $"the keys of the peer's chain could not be compared with the pinned ones: {e.Message}";
        }

        LibCrypto.X509_STORE_CTX_set_error(store, CryptoConst.X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnInfo(nint ssl, int where, int value)
    {
        if (where == SslConst.SSL_CB_HANDSHAKE_DONE) InstanceOf(ssl)?.OnHandshakeDone();
        if ((where & SslConst.SSL_CB_ALERT) == 0) return;
        if (InstanceOf(ssl) is not { } instance) return;
        instance.OnAlert(sent: (where & SslConst.SSL_CB_WRITE) != 0, value & 0xFF);
        if (value >> 8 == FatalAlert) ForgetSession(instance);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(int sent, int version, int contentType, void* bytes, nuint length, nint ssl, void* argument)
    {
        if (InstanceOf(ssl) is not { } instance) return;
        if (sent == 0 && contentType == HandshakeContent && length > 0 && *(byte*)bytes == ClientHelloMessage) instance.Hello ??= new ReadOnlySpan<byte>(bytes, checked((int)length)).ToArray();
        if (sent == 0 && contentType == HandshakeContent && length > 0 && *(byte*)bytes == FinishedMessage) instance.CertificateCame = instance.IsEstablished;
        if (instance.MessageObserver is not { } observer) return;
        try
        {
            observer.OnMessage(sent != 0, version, contentType, new ReadOnlySpan<byte>(bytes, checked((int)length)));
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnKeyLog(nint ssl, byte* line)
    {
        if (InstanceOf(ssl) is not { } instance) return;
        try
        {
            instance.Context.KeyLog?.Invoke(Marshal.PtrToStringUTF8((nint)line) ?? "");
        }
        catch (Exception e)
        {
            // Closes its own connection, as soon as OpenSSL's frames are left.
            instance.CallbackFailure ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnAlpnSelect(nint ssl, byte** selected, byte* selectedLength, byte* offered, uint offeredLength, nint argument)
    {
        var own = NativeBytes.FromPointer(argument);
        int result = LibSsl.SSL_select_next_proto(selected, selectedLength, own.Data, (uint)own.Length, offered, offeredLength);
        if (result == SslConst.OPENSSL_NPN_NEGOTIATED) return SslConst.SSL_TLSEXT_ERR_OK;
        bool ignores = InstanceOf(ssl)?.Context.Options is TlsServerOptions { ApplicationProtocolMismatch: ApplicationProtocolMismatch.Ignore };
        return ignores ? SslConst.SSL_TLSEXT_ERR_NOACK : SslConst.SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    private static int InstanceIndex()
    {
        if (Volatile.Read(ref s_instanceIndex) is >= 0 and int made) return made;
        lock (s_gate)
        {
            if (s_instanceIndex >= 0) return s_instanceIndex;
            int index = LibCrypto.CRYPTO_get_ex_new_index(CryptoConst.CRYPTO_EX_INDEX_SSL, 0, null, null, null, null);
            if (index < 0) throw OpenSslException.FromQueue("CRYPTO_get_ex_new_index failed");
            Volatile.Write(ref s_instanceIndex, index);
            return index;
        }
    }

    internal static SslInstance? InstanceOf(nint ssl)
    {
        nint handle = LibSsl.SSL_get_ex_data(ssl, s_instanceIndex);
        return handle == 0 ? null : GCHandle.FromIntPtr(handle).Target as SslInstance;
    }
}
