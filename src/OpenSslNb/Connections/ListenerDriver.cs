using System.Net;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>Makes TLS connections of what is accepted, with a context that may change meanwhile.</summary>
internal sealed class ListenerDriver : AcceptDriver
{
    private readonly Func<TlsConnection, TlsConnectionHandler> _handlerFactory;
    private readonly TlsListenerOptions _options;

    // The loop's alone. It may be disposed while the listener lives: a reference of our own until another takes its place or the socket goes.
    private TlsContext? _context;

    // What is to take its place, with a reference of our own; set by any thread, taken by the loop.
    private TlsContext? _nextContext;

    public ListenerDriver(EventLoop loop, IPEndPoint endPoint, TlsContext context, Func<TlsConnection, TlsConnectionHandler> handlerFactory, TlsListenerOptions options)
        : base(loop, endPoint, options)
    {
        _handlerFactory = handlerFactory;
        _options = options;
        try
        {
            _context = Hold(context);
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>From any thread.</summary>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public void RequestContext(TlsContext context)
    {
        Release(Interlocked.Exchange(ref _nextContext, Hold(context)));

        // A loop that has stopped has freed everything but what came after.
        if (!Visit()) Release(Interlocked.Exchange(ref _nextContext, null));
    }

    protected override void Begin(SocketHandle socket, in SocketName peer, IPEndPoint? local)
    {
        TlsConnection? connection = null;
        try
        {
            connection = new TlsConnection(Loop, socket, _context!, _options.Connection, peer, local);
            if (_options.ProxyProtocol == ProxyProtocolMode.Required) connection.ExpectProxyHeader();
            connection.Begin(_handlerFactory(connection), ConnectionEnded);
        }
        catch (Exception e)
        {
            connection?.Discard(e);
            throw;
        }
    }

    // Between two connections: each is made with the one or the other.
    protected override void OnVisit()
    {
        if (Interlocked.Exchange(ref _nextContext, null) is not { } next) return;
        Release(_context);
        _context = next;
    }

    protected override void Free()
    {
        base.Free();
        Release(_context);
        _context = null;
        Release(Interlocked.Exchange(ref _nextContext, null));
    }

    private static TlsContext Hold(TlsContext context)
    {
        bool isHeld = false;
        context.Handle.DangerousAddRef(ref isHeld);
        return context;
    }

    private static void Release(TlsContext? context) => context?.Handle.DangerousRelease();
}
