using System.Net;
using OpenSslNb.Connections;
using OpenSslNb.Transport;

namespace OpenSslNb.Cli.Proxy;

/// <summary>Accepts connections without TLS of ours, by the same rules as the library's listeners.</summary>
internal sealed class PlainListener : AcceptDriver
{
    private readonly TlsListenerOptions _options;
    private readonly PlainOptions _plain;
    private readonly Action<PlainClient, PlainSide> _accept;

    private PlainListener(EventLoop loop, IPEndPoint endPoint, TlsListenerOptions options, PlainOptions plain, Action<PlainClient, PlainSide> accept)
        : base(loop, endPoint, options)
    {
        _options = options;
        _plain = plain;
        _accept = accept;
    }

    /// <summary>Listens at once.</summary>
    /// <exception cref="IOException">The address cannot be had.</exception>
    public static PlainListener Start(EventLoop loop, IPEndPoint endPoint, TlsListenerOptions options, PlainOptions plain, Action<PlainClient, PlainSide> accept)
    {
        var listener = new PlainListener(loop, endPoint, options, plain, accept);
        if (loop.Post(listener)) return listener;
        listener.Close();
        throw new ObjectDisposedException(nameof(EventLoop), "the loop has stopped");
    }

    protected override void Begin(SocketHandle socket, in SocketName peer, IPEndPoint? local)
    {
        PlainSide side = PlainSide.Accepted(Loop, socket, _plain, _options.ProxyProtocol, ConnectionEnded);
        _accept(new PlainClient(side, peer.ToEndPoint(), local), side);
        side.Begin();
    }
}
