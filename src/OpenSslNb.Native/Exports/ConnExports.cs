using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Interop;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_connect</c>, <c>onb_send</c>, <c>onb_close</c> and their like.</summary>
internal static unsafe class ConnExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_connect")]
    public static int Connect(nint loop, byte* host, int port, nint context, NativeCallbacks* callbacks, void* user, NativeConnectOptions* options, nint* conn) => Call.Guarded(() =>
    {
        NativeLoop owner = Handle.Get<NativeLoop>(loop, "loop");
        Shared<TlsContext> own = Handle.Get<Shared<TlsContext>>(context, "context");
        string name = Input.Text(host, "host");
        if (name.Length == 0) throw Refusal.Argument("host must not be empty");
        if (port is < 1 or > IPEndPoint.MaxPort) throw Refusal.Argument($"port is {port}: it must be from 1 to {IPEndPoint.MaxPort}");
        if (own.Value.IsServer) throw Refusal.Argument("the context is a server's, and connecting needs a client's");
        Input.Required(callbacks, "callbacks");
        Input.Required(conn, "conn");
        NativeCallbacks told = Versioned.Read(callbacks, "callbacks");
        TlsConnectOptions given = Versioned.Read(options, "options").ToOptions();
        if (given.EarlyData.Length > given.Connection.OutboundLimit) throw Refusal.Argument("there is more early data than the outbound limit");
        if (given.Connection.Transport == TransportKind.SocketFd) owner.UsesDescriptors = true;
        var made = new NativeConn(owner, told, user);
        *conn = made.Handle;
        made.Connect(name, port, own, given);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_adopt")]
    public static int Adopt(nint loop, int fd, nint context, byte* serverName, NativeCallbacks* callbacks, void* user, NativeConnOptions* options, nint* conn) => Call.Guarded(() =>
    {
        bool isGiven = false;
        try
        {
            NativeLoop owner = Handle.Get<NativeLoop>(loop, "loop");
            Shared<TlsContext> own = Handle.Get<Shared<TlsContext>>(context, "context");
            string? name = Input.OptionalText(serverName, "server_name");
            if (own.Value.NeedsPeerName && string.IsNullOrEmpty(name)) throw Refusal.Argument("a client that verifies its peer needs server_name");
            Input.Required(callbacks, "callbacks");
            Input.Required(conn, "conn");
            NativeCallbacks told = Versioned.Read(callbacks, "callbacks");
            TlsConnectionOptions given = Versioned.Read(options, "options").ToOptions();
            Descriptors.RequireStream(fd);
            if (given.Transport == TransportKind.SocketFd) owner.UsesDescriptors = true;
            var made = new NativeConn(owner, told, user);
            *conn = made.Handle;
            isGiven = made.Adopt(fd, own, name, given);
            if (!isGiven && made.Forget()) throw Refusal.State("the loop has stopped");
        }
        catch (Exception e) when (Fault.ResultOf(e) is Result.InvalidArgument or Result.BadHandle)
        {
            // The descriptor stays the caller's.
            isGiven = true;
            throw;
        }
        finally
        {
            if (!isGiven) _ = LibC.close(fd);
        }
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_send")]
    public static int Send(nint conn, void* data, nuint length)
    {
        try
        {
            // Without an exception where a sender comes too late: that is nobody's fault, and happens often.
            if (HandleTable.Find(conn) is not NativeConn own) return (int)Gone(conn);
            return own.Send(Input.Bytes(data, length, "data")) switch
            {
                SendResult.Queued => (int)Result.Ok,
                SendResult.Full => (int)Result.Full,
                _ => (int)Fault.Of(Result.SendClosed, "our direction of the connection is closed"),
            };
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_send_all")]
    public static int SendAll(nint conn, void* data, nuint length, delegate* unmanaged<int, void*, void> callback, void* user)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            if (length > int.MaxValue) throw Refusal.Argument($"length is {length}: at most {int.MaxValue} bytes can be sent at a time");
            if (length > 0) Input.Required(data, "data");
            return (int)own.SendAll(data, length, callback, user);
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_send_file")]
    public static int SendFile(nint conn, int fd, ulong offset, ulong length, delegate* unmanaged<int, void*, void> callback, void* user)
    {
        try
        {
            NativeConn own = Handle.Get<NativeConn>(conn, "conn");
            if (offset > long.MaxValue || length > long.MaxValue) throw Refusal.Argument("offset and length must be less than 2^63");
            using SafeFileHandle file = Descriptors.Duplicate(fd);
            return (int)own.SendFile(file, (long)offset, (long)length, callback, user);
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_close")]
    public static int Close(nint conn) => Call.With<NativeConn>(conn, "conn", static own => own.Close());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_close_write")]
    public static int CloseWrite(nint conn) => Call.With<NativeConn>(conn, "conn", static own => own.CloseWrite());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_abort")]
    public static int Abort(nint conn) => Call.With<NativeConn>(conn, "conn", static own => own.Abort());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_pause_reading")]
    public static int PauseReading(nint conn) => Call.With<NativeConn>(conn, "conn", static own => own.SetReading(isPaused: true));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_resume_reading")]
    public static int ResumeReading(nint conn) => Call.With<NativeConn>(conn, "conn", static own => own.SetReading(isPaused: false));

    private static Result Gone(nint conn) => conn == 0 ? Fault.Of(Result.InvalidArgument, "conn must not be NULL") : Fault.Of(Result.BadHandle, "conn is no such handle: it has ended, or is of another kind");
}
