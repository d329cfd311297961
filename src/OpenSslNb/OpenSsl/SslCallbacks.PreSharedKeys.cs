using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <content>Keys that both sides know beforehand. The callbacks of TLS 1.2, which TLS 1.3 takes too.</content>
internal static unsafe partial class SslCallbacks
{
    private const uint NoKey = 0;

    /// <summary>Offers the client's key (<c>SSL_CTX_set_psk_client_callback(3)</c>).</summary>
    public static void OfferPreSharedKey(nint context) => LibSsl.SSL_CTX_set_psk_client_callback(context, &OnPskClient);

    /// <summary>Has the application find the key that a client names (<c>SSL_CTX_set_psk_server_callback(3)</c>).</summary>
    public static void FindPreSharedKey(nint context) => LibSsl.SSL_CTX_set_psk_server_callback(context, &OnPskServer);

    /// <summary>The same for one connection, or no longer.</summary>
    public static void FindPreSharedKeyOf(nint ssl, bool isOn) => LibSsl.SSL_set_psk_server_callback(ssl, isOn ? &OnPskServer : null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnPskClient(nint ssl, byte* hint, byte* identity, uint identitySize, byte* key, uint keySize)
    {
        if (InstanceOf(ssl) is not { Context.Options: TlsClientOptions { PreSharedKey: { } own } } instance) return NoKey;
        if (own.IdentityBytes.Length >= identitySize || own.Key.Length > keySize) return NoKey;
        own.IdentityBytes.CopyTo(new Span<byte>(identity, own.IdentityBytes.Length));
        identity[own.IdentityBytes.Length] = 0;
        own.Key.CopyTo(new Span<byte>(key, own.Key.Length));
        instance.PreSharedKeyIdentity = own.Identity;
        return (uint)own.Key.Length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnPskServer(nint ssl, byte* identity, byte* key, uint keySize)
    {
        if (InstanceOf(ssl) is not { Context.Options: TlsServerOptions { FindPreSharedKey: { } find } } instance) return NoKey;
        try
        {
            // TLS 1.3's tickets are asked for too: what is no text is nobody's identity. In TLS 1.2 an empty one is an identity (RFC 4279 §2).
            string? name = Marshal.PtrToStringUTF8((nint)identity);
            if (name is null || (name.Length == 0 && LibSsl.SSL_version(ssl) >= SslConst.TLS1_3_VERSION) || find(name) is not { } found || found.Key.Length > keySize) return NoKey;
            found.Key.CopyTo(new Span<byte>(key, found.Key.Length));
            instance.PreSharedKeyIdentity = name;
            return (uint)found.Key.Length;
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
            return NoKey;
        }
    }
}
