using System.Net;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_listener</c>.</summary>
internal sealed unsafe class NativeListener(NativeLoop owner, NativeCallbacks callbacks, void* user)
{
    // Null before it has its address.
    private TlsListener? _listener;

    public nint Handle { get; private set; }

    public TlsListener Listener => _listener!;

    /// <summary>Takes the address and tells C of the listener, and only then accepts: callbacks may be about it at once.</summary>
    public void Start(IPEndPoint endPoint, TlsContext context, TlsListenerOptions options, nint* told)
    {
        _listener = TlsListener.Bind(owner.Loop, endPoint, context, Accept, options);
        Handle = HandleTable.Add(this);
        *told = Handle;
        try
        {
            _listener.Begin();
        }
        catch
        {
            HandleTable.TryRemove(Handle);
            throw;
        }
    }

    private NativeConn Accept(TlsConnection connection)
    {
        var conn = new NativeConn(owner, callbacks, user);
        conn.Attach(connection);
        if (conn.Accepted(Handle))
        {
            conn.IsBegun = true;
            return conn;
        }

        conn.Finish(new CloseOutcome(CloseReason.Aborted));
        throw new OperationCanceledException("the application has refused the connection");
    }
}
