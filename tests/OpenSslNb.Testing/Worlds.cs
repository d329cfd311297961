using System.Collections.Concurrent;
using System.Net;
using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>A transport, a poller and a protocol: each behavioural test runs in each of these worlds.</summary>
public sealed record World(TransportKind Transport, PollerKind Poller, TlsProtocol Protocol)
{
    /// <summary>Every combination.</summary>
    public static IEnumerable<World> All =>
        from transport in Enum.GetValues<TransportKind>()
        from poller in Enum.GetValues<PollerKind>()
        from protocol in (TlsProtocol[])[TlsProtocol.Tls12, TlsProtocol.Tls13]
        select new World(transport, poller, protocol);

    public override string ToString() => $"{Transport}, {Poller}, {Protocol}";
}

/// <summary>A loop, a certificate and the two contexts of a world.</summary>
public sealed class Bench : IDisposable
{
    /// <summary>How long a test waits for what must happen.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public Bench(World world, bool allowRenegotiation = false, TlsConnectionOptions? connection = null, EventLoopOptions? loop = null)
    {
        World = world;
        Loop = new EventLoop((loop ?? new EventLoopOptions()) with { Poller = world.Poller });
        Loop.UnhandledCallbackException += Unhandled.Enqueue;
        Certificate = TlsCertificate.CreateSelfSigned(["localhost", "127.0.0.1"], TimeSpan.FromHours(1));
        Server = TlsContext.CreateServer(new TlsServerOptions { Certificate = Certificate, MaximumProtocol = world.Protocol, MinimumProtocol = world.Protocol, AllowRenegotiation = allowRenegotiation });
        Client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(Certificate.ExportCertificatePem()), MaximumProtocol = world.Protocol, MinimumProtocol = world.Protocol, AllowRenegotiation = allowRenegotiation });
        Connection = (connection ?? new TlsConnectionOptions()) with { Transport = world.Transport };
    }

    public World World { get; }

    public EventLoop Loop { get; }

    /// <summary>What reached <see cref="EventLoop.UnhandledCallbackException"/>.</summary>
    public ConcurrentQueue<Exception> Unhandled { get; } = new();

    public TlsCertificate Certificate { get; }

    public TlsContext Server { get; }

    public TlsContext Client { get; }

    public TlsConnectionOptions Connection { get; }

    public TlsListener Listen(Func<TlsConnection, TlsConnectionHandler> handler) =>
        TlsListener.Start(Loop, new IPEndPoint(IPAddress.Loopback, 0), Server, handler, new TlsListenerOptions { Connection = Connection });

    /// <summary>Connects over the world's transport, or over another one.</summary>
    public Task<TlsConnection> ConnectAsync(TlsListener listener, TlsConnectionHandler handler, TransportKind? transport = null) =>
        TlsConnector.ConnectAsync(Loop, "127.0.0.1", listener.EndPoint.Port, Client, handler, new TlsConnectOptions { Connection = Connection with { Transport = transport ?? World.Transport } }).WaitAsync(Deadline);

    public Task<TlsStream> ConnectStreamAsync(TlsListener listener) =>
        TlsStream.ConnectAsync(Loop, "127.0.0.1", listener.EndPoint.Port, Client, new TlsConnectOptions { Connection = Connection }).WaitAsync(Deadline);

    public void Dispose()
    {
        Loop.Dispose();
        Client.Dispose();
        Server.Dispose();
        Certificate.Dispose();
    }
}
