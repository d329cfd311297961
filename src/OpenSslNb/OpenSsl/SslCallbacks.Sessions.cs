using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <content>A server's sessions in the application's store. What is looked for was fetched when the hello came, since OpenSSL cannot wait here.</content>
internal static unsafe partial class SslCallbacks
{
    /// <summary>Keeps sessions in the store of each connection's context (<c>SSL_CTX_sess_set_get_cb(3)</c>).</summary>
    public static void UseStore(nint context)
    {
        LibSsl.SSL_CTX_sess_set_new_cb(context, &OnStoreSession);
        LibSsl.SSL_CTX_sess_set_get_cb(context, &OnFindSession);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStoreSession(nint ssl, nint session)
    {
        if (InstanceOf(ssl) is not { } instance) return 0;
        try
        {
            if (StoreOf(instance) is { } store) store.Add(IdOf(session), Der.WriteSession(session), TimeSpan.FromSeconds(LibSsl.SSL_SESSION_get_timeout(session)));
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
        }

        // No reference was kept.
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnFindSession(nint ssl, byte* id, int length, int* copy)
    {
        // OpenSSL gets the only reference.
        *copy = 0;
        return InstanceOf(ssl)?.FoundSession is { } found && found.Id.Span.SequenceEqual(new ReadOnlySpan<byte>(id, length)) ? Der.ReadSession(found.Session.Span) : 0;
    }

    // RFC 5246 §7.2.2: after a fatal alert the session is not resumed.
    private static void ForgetSession(SslInstance instance)
    {
        try
        {
            if (StoreOf(instance) is { } store && LibSsl.SSL_get_session(instance.Ssl) is not 0 and nint session && IdOf(session) is { Length: > 0 } id) store.Remove(id);
        }
        catch (Exception e)
        {
            instance.CallbackFailure ??= e;
        }
    }

    /// <summary>A session's id, at most 32 bytes.</summary>
    internal static byte[] IdOf(nint session)
    {
        uint length;
        byte* id = LibSsl.SSL_SESSION_get_id(session, &length);
        return new ReadOnlySpan<byte>(id, (int)length).ToArray();
    }

    private static ITlsSessionStore? StoreOf(SslInstance instance) => (instance.TicketContext.Options as TlsServerOptions)?.SessionStore;
}
