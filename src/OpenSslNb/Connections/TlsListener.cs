using System.Net;
using OpenSslNb.Connections;

namespace OpenSslNb;

/// <summary>How a listener accepts.</summary>
public sealed record TlsListenerOptions
{
    /// <summary>Connections that the kernel keeps until they are accepted (<c>listen(2)</c>); 4096 unless told otherwise, and at most what the system allows.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Most connections of this listener at a time: those above it are reset at once, before anything of TLS is made for them. No limit unless given.</summary>
    public int MaximumConnections { get; init; } = int.MaxValue;

    /// <summary>A limit that several listeners have together, for example one per loop; those above it are reset as well. None unless given.</summary>
    public TlsConnectionLimit? SharedLimit { get; init; }

    /// <summary>Descriptors below the process's limit that are left to everything else: with fewer free than these, new connections are reset at once, unless the listener has none. 32 unless told otherwise.</summary>
    /// <remarks>The runtime needs a descriptor for every new thread, and ends the process when it cannot have it.</remarks>
    public int DescriptorReserve { get; init; } = 32;

    /// <summary>Lets several listeners, one per loop, share one address (<c>SO_REUSEPORT</c>): the kernel spreads the connections.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Whether each connection begins with a PROXY header (proxy-protocol.txt, versions 1 and 2), which says for whom a proxy connects: <see cref="TlsConnection.ProxyHeader"/>. None unless told otherwise.</summary>
    /// <remarks>
    /// Only where nobody but proxies that are trusted can connect: whoever can may claim any address. A header that is missing, wrong or longer than <see cref="ProxyHeader.MaximumLength"/> ends its connection before TLS, as
    /// <see cref="CloseReason.ProtocolError"/> with a <see cref="ProxyHeaderException"/>; it and the handshake have <see cref="TlsConnectionOptions.HandshakeTimeout"/> together.
    /// </remarks>
    public ProxyProtocolMode ProxyProtocol { get; init; }

    /// <summary>For the connections that are accepted.</summary>
    public TlsConnectionOptions Connection { get; init; } = new();

    internal TlsListenerOptions Validated()
    {
        TlsConnectionOptions.AtLeast(nameof(Backlog), Backlog, 1);
        TlsConnectionOptions.AtLeast(nameof(MaximumConnections), MaximumConnections, 0);
        TlsConnectionOptions.AtLeast(nameof(DescriptorReserve), DescriptorReserve, 0);
        if (!Enum.IsDefined(ProxyProtocol)) throw new ArgumentOutOfRangeException(nameof(ProxyProtocol), ProxyProtocol, $"{nameof(ProxyProtocol)} must be None or Required");
        _ = Connection.Validated();
        return this;
    }
}

/// <summary>Accepts TLS connections on one loop.</summary>
public sealed class TlsListener : IDisposable
{
    private readonly EventLoop _loop;
    private readonly ListenerDriver _driver;

    private TlsListener(EventLoop loop, ListenerDriver driver)
    {
        _loop = loop;
        _driver = driver;
    }

    /// <summary>The address that is listened on, with the port that was chosen if it was 0.</summary>
    public IPEndPoint EndPoint => _driver.EndPoint;

    /// <summary>Connections accepted so far, those refused included.</summary>
    public long AcceptedCount => _driver.AcceptedCount;

    /// <summary>Connections refused so far, for <see cref="TlsListenerOptions.MaximumConnections"/>, <see cref="TlsListenerOptions.SharedLimit"/> or <see cref="TlsListenerOptions.DescriptorReserve"/>.</summary>
    public long RefusedCount => _driver.RefusedCount;

    /// <summary>Connections of this listener that live now.</summary>
    public int ConnectionCount => _driver.ConnectionCount;

    /// <summary>How often accepting had to wait because the process or the system had no descriptor or no memory left at all. Connections are in the kernel's backlog meanwhile.</summary>
    public long ShortageCount => _driver.ShortageCount;

    /// <summary>Listens at once.</summary>
    /// <param name="loop">Where the connections live.</param>
    /// <param name="endPoint">Address and port; port 0 lets the system choose. An IPv6 "any" address takes IPv4 too.</param>
    /// <param name="context">A server's context. May be disposed while the listener lives.</param>
    /// <param name="handlerFactory">Gives the handler of each connection, on the loop's thread.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="IOException">The address cannot be had.</exception>
    public static TlsListener Start(EventLoop loop, IPEndPoint endPoint, TlsContext context, Func<TlsConnection, TlsConnectionHandler> handlerFactory, TlsListenerOptions? options = null)
    {
        TlsListener listener = Bind(loop, endPoint, context, handlerFactory, options);
        listener.Begin();
        return listener;
    }

    /// <summary>Takes the address; nothing is accepted before <see cref="Begin"/>. For those who need the listener where the first connection is.</summary>
    internal static TlsListener Bind(EventLoop loop, IPEndPoint endPoint, TlsContext context, Func<TlsConnection, TlsConnectionHandler> handlerFactory, TlsListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(handlerFactory);
        if (!context.IsServer) throw new ArgumentException("a listener needs a server's context: TlsContext.CreateServer", nameof(context));
        options ??= new TlsListenerOptions();
        return new TlsListener(loop, new ListenerDriver(loop, endPoint, context, handlerFactory, options.Validated()));
    }

    /// <summary>Accepts from now on.</summary>
    /// <exception cref="ObjectDisposedException">The loop has stopped, and the address is free again.</exception>
    internal void Begin()
    {
        if (_loop.Post(_driver)) return;
        _driver.Close();
        throw new ObjectDisposedException(nameof(EventLoop), "the loop has stopped");
    }

    /// <summary>Makes the connections that are accepted from now on with another context, such as one with a renewed certificate; those that live keep theirs, and none fails for the change. From any thread.</summary>
    /// <param name="context">A server's context. Like the one before, it may be disposed while the listener lives. With <see cref="TlsServerOptions.TicketKeysOf"/> or the same <see cref="TlsServerOptions.TicketKeys"/> as that one, sessions go on where the certificate is the same.</param>
    /// <exception cref="ArgumentException">It is a client's context.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void ReplaceContext(TlsContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.IsServer) throw new ArgumentException("a listener needs a server's context: TlsContext.CreateServer", nameof(context));
        _driver.RequestContext(context);
    }

    /// <summary>Stops accepting. Connections that live go on. From any thread, also twice.</summary>
    public void Dispose() => _driver.RequestStop();
}
