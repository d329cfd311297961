using System.Net;

namespace OpenSslNb.Benchmarks.EngineServer;

/// <summary>The loops, and a listener of each protocol on each of them.</summary>
internal sealed class Server : IDisposable
{
    private readonly List<EventLoop> _loops = [];

    private Server(ServerPorts ports, List<EventLoop> loops)
    {
        Ports = ports;
        _loops = loops;
    }

    public ServerPorts Ports { get; }

    public static Server Start(ReadOnlySpan<string> arguments)
    {
        var parsed = new ServerArguments(arguments, "--transport", "--poller", "--loops", "--policy", "--spin-us");
        MemoryPolicy policy = parsed.OneOf("--policy", "balanced", "speed", "memory") switch { "speed" => MemoryPolicy.Speed, "memory" => MemoryPolicy.Memory, _ => MemoryPolicy.Balanced };
        TimeSpan spin = TimeSpan.FromMicroseconds(parsed.Number("--spin-us", 0, least: 0));
        int tickets = parsed.Number("--tickets", new TlsServerOptions().SessionTicketCount, least: 0);
        TransportKind transport = parsed.OneOf("--transport", "buffered", "fd") == "fd" ? TransportKind.SocketFd : TransportKind.Buffered;
        PollerKind poller = parsed.OneOf("--poller", "epoll", "poll") == "poll" ? PollerKind.Poll : PollerKind.Epoll;
        int count = parsed.Number("--loops", 1, least: 1);
        using TlsCertificate ecdsa = TlsCertificate.FromPemFiles(parsed.EcdsaCertificate, parsed.EcdsaKey);
        using TlsCertificate rsa = TlsCertificate.FromPemFiles(parsed.RsaCertificate, parsed.RsaKey);
        var listenerOptions = new TlsListenerOptions { Backlog = 4096, ReusePort = count > 1, Connection = new TlsConnectionOptions { Transport = transport, Memory = policy, IdleBufferTime = TimeSpan.FromSeconds(2) } };
        ServerPorts? ports = null;
        var workers = new Lazy<PostWorkers>();
        var loops = new List<EventLoop>();
        for (int i = 0; i < count; i++)
        {
            var loop = new EventLoop(new EventLoopOptions { Poller = poller, SpinTime = spin, Name = $"loop {i}" });
            loop.UnhandledCallbackException += Report;
            loops.Add(loop);
            ports = Listen(loop, new TlsServerOptions { Certificate = ecdsa, SessionTicketCount = tickets }, rsa, listenerOptions, workers, ports);
        }

        return new Server(ports!, loops);
    }

    public void Dispose() => _loops.ForEach(loop => loop.Dispose());

    // The ports that the first loop got are everybody's. A context for each loop: they share nothing.
    private static ServerPorts Listen(EventLoop loop, TlsServerOptions server, TlsCertificate rsa, TlsListenerOptions options, Lazy<PostWorkers> workers, ServerPorts? known)
    {
        using TlsContext context = TlsContext.CreateServer(server);
        using TlsContext rsaContext = TlsContext.CreateServer(server with { Certificate = rsa });

        // Who sends without end needs no more in the queue than keeps the loop busy; the less it is, the more of it is in the cache.
        TlsListenerOptions endless = options with { Connection = options.Connection with { OutboundLimit = 2 * BenchmarkPattern.LongestSlice, LowWaterMark = BenchmarkPattern.LongestSlice } };
        return new ServerPorts(
            Echo: On(context, known?.Echo, _ => new EchoHandler()),
            EchoRsa: On(rsaContext, known?.EchoRsa, _ => new EchoHandler()),
            Source: On(context, known?.Source, _ => new SourceHandler(), endless),
            Sink: On(context, known?.Sink, _ => new SinkHandler(isDuplex: false)),
            Duplex: On(context, known?.Duplex, _ => new SinkHandler(isDuplex: true), endless),
            Posted: On(context, known?.Posted, connection => new PostedHandler(connection, workers)));

        int On(TlsContext own, int? port, Func<TlsConnection, TlsConnectionHandler> handler, TlsListenerOptions? special = null) =>
            TlsListener.Start(loop, new IPEndPoint(IPAddress.Loopback, port ?? 0), own, handler, special ?? options).EndPoint.Port;
    }

    private static void Report(Exception exception) => Console.Error.WriteLine(exception.Message);
}
