using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_conn_*</c>: what is known of a connection.</summary>
internal static unsafe class ConnFactExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_set_user")]
    public static int SetUser(nint conn, void* user)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            own.Owner.RequireCurrent();
            own.User = user;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_user")]
    public static int User(nint conn, void** user)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            Input.Required(user, "user");
            *user = own.User;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_loop")]
    public static int Loop(nint conn, nint* loop)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            Input.Required(loop, "loop");
            *loop = own.Owner.Handle;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_queued")]
    public static int Queued(nint conn, nuint* bytes)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            Input.Required(bytes, "bytes");
            *bytes = (nuint)own.QueuedBytes;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_state")]
    public static int State(nint conn, int* state)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            Input.Required(state, "state");
            *state = (int)(own.Connection?.State ?? ConnectionState.Handshaking);
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_info")]
    public static int Info(nint conn, NativeInfo* info) => Call.Guarded(() =>
    {
        NativeConn own = Handle.Get<NativeConn>(conn, "conn");
        own.Owner.RequireCurrent();
        Versioned.Write(info, own.Info(), "info");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_client_hello")]
    public static int ClientHello(nint conn, NativeClientHello** hello) => Call.Guarded(() =>
    {
        NativeConn own = Handle.Get<NativeConn>(conn, "conn");
        Input.Required(hello, "hello");
        own.Owner.RequireCurrent();
        *hello = own.Hello();
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_statistics")]
    public static int Statistics(nint conn, NativeStatistics* statistics)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            Versioned.Write(statistics, NativeStatistics.Of(own.Required.GetStatistics()), "statistics");
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_remote_address")]
    public static int RemoteAddress(nint conn, byte* address, int* port) => Call.Guarded(() =>
        Addresses.Write(Handle.Get<NativeConn>(conn, "conn").Required.RemoteEndPoint, address, port));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_local_address")]
    public static int LocalAddress(nint conn, byte* address, int* port) => Call.Guarded(() =>
        Addresses.Write(Handle.Get<NativeConn>(conn, "conn").Required.LocalEndPoint, address, port));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_proxy")]
    public static int Proxy(nint conn, NativeProxy* proxy) => Call.Guarded(() =>
    {
        ProxyHeader header = Handle.Get<NativeConn>(conn, "conn").Required.ProxyHeader ?? throw Refusal.State("there is no PROXY header");
        Versioned.Write(proxy, Addresses.Of(header), "proxy");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_proxy_field")]
    public static int ProxyField(nint conn, int type, void* buffer, nuint* length) => Call.Guarded(() =>
    {
        ProxyHeader header = Handle.Get<NativeConn>(conn, "conn").Required.ProxyHeader ?? throw Refusal.State("there is no PROXY header");
        if (type is < 0 or > byte.MaxValue || header.Find((byte)type) is not { } value) throw Refusal.State($"the PROXY header has no field {type}");
        return Output.Copy(value.Span, buffer, length);
    });
}
