using System.Net;
using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_listen</c> and <c>onb_listener_*</c>.</summary>
internal static unsafe class ListenExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_listen")]
    public static int Listen(nint loop, byte* address, int port, nint context, NativeCallbacks* callbacks, void* user, NativeListenOptions* options, nint* listener) => Call.Guarded(() =>
    {
        NativeLoop owner = Handle.Get<NativeLoop>(loop, "loop");
        Shared<TlsContext> own = Handle.Get<Shared<TlsContext>>(context, "context");
        string text = Input.Text(address, "address");
        if (!IPAddress.TryParse(text, out IPAddress? parsed)) throw Refusal.Argument($"address is '{text}', and must be one, such as 127.0.0.1 or ::");
        if (port is < 0 or > IPEndPoint.MaxPort) throw Refusal.Argument($"port is {port}: it must be from 0 to {IPEndPoint.MaxPort}");
        if (!own.Value.IsServer) throw Refusal.Argument("the context is a client's, and listening needs a server's");
        Input.Required(callbacks, "callbacks");
        Input.Required(listener, "listener");
        NativeCallbacks told = Versioned.Read(callbacks, "callbacks");
        TlsListenerOptions given = Versioned.Read(options, "options").ToOptions();
        if (given.Connection.Transport == TransportKind.SocketFd) owner.UsesDescriptors = true;
        var made = new NativeListener(owner, told, user);
        made.Start(new IPEndPoint(parsed, port), own.Value, given, listener);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_listener_address")]
    public static int Address(nint listener, byte* address, int* port) => Call.Guarded(() =>
        Addresses.Write(Handle.Get<NativeListener>(listener, "listener").Listener.EndPoint, address, port));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_listener_replace_context")]
    public static int ReplaceContext(nint listener, nint context) => Call.Guarded(() =>
    {
        NativeListener own = Handle.Get<NativeListener>(listener, "listener");
        own.Listener.ReplaceContext(Handle.Get<Shared<TlsContext>>(context, "context").Value);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_listener_statistics")]
    public static int Statistics(nint listener, NativeListenStatistics* statistics) => Call.Guarded(() =>
    {
        TlsListener own = Handle.Get<NativeListener>(listener, "listener").Listener;
        var told = new NativeListenStatistics
        {
            Accepted = (ulong)own.AcceptedCount,
            Refused = (ulong)own.RefusedCount,
            Shortages = (ulong)own.ShortageCount,
            Connections = (ulong)own.ConnectionCount,
        };
        Versioned.Write(statistics, told, "statistics");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_listener_close")]
    public static int Close(nint listener) => Call.Guarded(() =>
        Handle.Take<NativeListener>(listener, "listener")?.Listener.Dispose());
}
