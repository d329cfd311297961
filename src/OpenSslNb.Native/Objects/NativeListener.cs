using System.Net;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_listener</c>.</summary>
internal sealed unsafe class NativeListener(NativeLoop owner, NativeCallbacks callbacks, void* user)
{
    private TlsListener? _listener;

    public nint Handle { get; private set; }

    /// <exception cref="Refusal">It is only just being made.</exception>
    public TlsListener Listener => _listener ?? throw Refusal.State("the listener is not there yet");

    public void Start(IPEndPoint endPoint, TlsContext context, TlsListenerOptions options)
    {
        Handle = HandleTable.Add(this);
        try
        {
            _listener = TlsListener.Start(owner.Loop, endPoint, context, Accept, options);
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
