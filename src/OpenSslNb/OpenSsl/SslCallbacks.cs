using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>What OpenSSL calls back. Each finds its <see cref="SslInstance"/> or <see cref="TlsContext"/> through <c>ex_data</c>, and none lets an exception out.</summary>
internal static unsafe class SslCallbacks
{
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

    /// <summary>Sends secrets in NSS format to the context's key log (<c>SSL_CTX_set_keylog_callback(3)</c>).</summary>
    public static void LogKeys(nint context) => LibSsl.SSL_CTX_set_keylog_callback(context, &OnKeyLog);

    /// <summary>Lets the server choose among the client's protocols (<c>SSL_CTX_set_alpn_select_cb(3)</c>).</summary>
    /// <param name="context">A server's context.</param>
    /// <param name="wireFormat">The server's protocols in order of preference, each with its length in front; lives as long as the context.</param>
    public static void SelectAlpn(nint context, NativeBytes wireFormat) => LibSsl.SSL_CTX_set_alpn_select_cb(context, &OnAlpnSelect, wireFormat.Pointer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnInfo(nint ssl, int where, int value)
    {
        if ((where & SslConst.SSL_CB_ALERT) == 0) return;
        if (InstanceOf(ssl) is { } instance) instance.OnAlert(sent: (where & SslConst.SSL_CB_WRITE) != 0, value & 0xFF);
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
        return result == SslConst.OPENSSL_NPN_NEGOTIATED ? SslConst.SSL_TLSEXT_ERR_OK : SslConst.SSL_TLSEXT_ERR_ALERT_FATAL;
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

    private static SslInstance? InstanceOf(nint ssl)
    {
        nint handle = LibSsl.SSL_get_ex_data(ssl, s_instanceIndex);
        return handle == 0 ? null : GCHandle.FromIntPtr(handle).Target as SslInstance;
    }
}
