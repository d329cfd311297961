using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>Callbacks of the cases for what the library does otherwise, or not at all: a stapled response without content, and an application's bytes in tickets.</summary>
internal static unsafe class CaseCallbacks
{
    private const int SetServerNameArgument = 54;
    private const ulong AllOptions = ulong.MaxValue >> 1;
    private const int ResponseLength = 5;
    private const int StatusAt = 4;
    private const int InternalError = 2;

    // SSL_TICKET_STATUS and SSL_TICKET_RETURN of SSL_CTX_set_session_ticket_cb(3).
    private const int TicketSuccess = 5;
    private const int TicketSuccessRenew = 6;
    private const int TicketEmpty = 3;
    private const int TicketNoDecrypt = 4;
    private const int ReturnAbort = 0;
    private const int ReturnIgnoreRenew = 2;
    private const int ReturnUse = 3;
    private const int ReturnUseRenew = 4;

    private static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, delegate* unmanaged[Cdecl]<nint, nint, nint, nuint, int, nint, int>, nint, int> s_setTicketCallbacks =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, delegate* unmanaged[Cdecl]<nint, nint, nint, nuint, int, nint, int>, nint, int>)OpenSslLibrary.Required("SSL_CTX_set_session_ticket_cb");

    private static readonly delegate* unmanaged<nint, byte*, nuint, int> s_setTicketData = (delegate* unmanaged<nint, byte*, nuint, int>)OpenSslLibrary.Required("SSL_SESSION_set1_ticket_appdata");

    /// <summary>An OCSP response that says no more than whether there is one: the client looks at that alone.</summary>
    public static void Staple(TlsContext server, TlsContext client, bool good)
    {
        _ = LibSsl.SSL_CTX_set_tlsext_status_type(client.Handle.Pointer, SslConst.TLSEXT_STATUSTYPE_ocsp);
        _ = LibSsl.SSL_CTX_set_tlsext_status_cb(client.Handle.Pointer, &OnStatusCame);
        if (good) _ = LibSsl.SSL_CTX_set_tlsext_status_cb(server.Handle.Pointer, &OnStatusAskedGood);
        else _ = LibSsl.SSL_CTX_set_tlsext_status_cb(server.Handle.Pointer, &OnStatusAskedBad);
    }

    /// <summary>Puts a text into each ticket, and takes tickets as they come.</summary>
    /// <param name="server">The context.</param>
    /// <param name="text">Zero-terminated, to live as long as the context; 0 for none.</param>
    public static void PutIntoTickets(TlsContext server, nint text)
    {
        if (text == 0) _ = s_setTicketCallbacks(server.Handle.Pointer, null, &OnTicketRead, 0);
        else _ = s_setTicketCallbacks(server.Handle.Pointer, &OnTicketMade, &OnTicketRead, text);
    }

    /// <summary>Another context, with options of its own, for clients that ask for <c>server2</c> (<c>SSL_CTX_set_tlsext_servername_callback(3)</c>).</summary>
    /// <param name="server">Whose callback it is.</param>
    /// <param name="server2">The other one; to live as long.</param>
    /// <param name="refuses">Names that are neither's get an alert.</param>
    public static void SwitchByName(TlsContext server, TlsContext server2, bool refuses)
    {
        nint context = server.Handle.Pointer;
        if (refuses) _ = LibSsl.SSL_CTX_set_tlsext_servername_callback(context, &OnNameOrRefuse);
        else _ = LibSsl.SSL_CTX_set_tlsext_servername_callback(context, &OnName);
        _ = LibSsl.SSL_CTX_ctrl(context, SetServerNameArgument, 0, (void*)server2.Handle.Pointer);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnName(nint ssl, int* alert, nint server2) => Switch(ssl, server2, SslConst.SSL_TLSEXT_ERR_NOACK);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnNameOrRefuse(nint ssl, int* alert, nint server2) => Switch(ssl, server2, SslConst.SSL_TLSEXT_ERR_ALERT_FATAL);

    private static int Switch(nint ssl, nint server2, int otherwise)
    {
        byte* name = LibSsl.SSL_get_servername(ssl, SslConst.TLSEXT_NAMETYPE_host_name);
        if (name == null) return SslConst.SSL_TLSEXT_ERR_NOACK;
        ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (text.SequenceEqual("server1"u8)) return SslConst.SSL_TLSEXT_ERR_OK;
        if (!text.SequenceEqual("server2"u8)) return otherwise;
        _ = LibSsl.SSL_set_SSL_CTX(ssl, server2);
        _ = LibSsl.SSL_clear_options(ssl, AllOptions);
        _ = LibSsl.SSL_set_options(ssl, LibSsl.SSL_CTX_get_options(server2));
        return SslConst.SSL_TLSEXT_ERR_OK;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatusAskedGood(nint ssl, nint argument) => Send(ssl, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatusAskedBad(nint ssl, nint argument) => Send(ssl, InternalError);

    // OCSPResponse with a status and nothing else (RFC 6960 §4.2.1).
    private static int Send(nint ssl, byte status)
    {
        byte* response = (byte*)LibCrypto.CRYPTO_malloc(ResponseLength, null, 0);
        if (response == null) return SslConst.SSL_TLSEXT_ERR_ALERT_FATAL;
        ReadOnlySpan<byte> bytes = [0x30, 3, 0x0A, 1, status];
        bytes.CopyTo(new Span<byte>(response, ResponseLength));
        return LibSsl.SSL_set_tlsext_status_ocsp_resp(ssl, response, ResponseLength) == 1 ? SslConst.SSL_TLSEXT_ERR_OK : SslConst.SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatusCame(nint ssl, nint argument)
    {
        byte* response;
        return LibSsl.SSL_get_tlsext_status_ocsp_resp(ssl, &response) == ResponseLength && response[StatusAt] == 0 ? 1 : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTicketMade(nint ssl, nint text)
    {
        nint session = LibSsl.SSL_get_session(ssl);
        int length = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text).Length;
        return session == 0 ? 0 : s_setTicketData(session, (byte*)text, (nuint)length);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTicketRead(nint ssl, nint session, nint name, nuint length, int status, nint argument) => status switch
    {
        TicketEmpty or TicketNoDecrypt => ReturnIgnoreRenew,
        TicketSuccess => ReturnUse,
        TicketSuccessRenew => ReturnUseRenew,
        _ => ReturnAbort,
    };
}
