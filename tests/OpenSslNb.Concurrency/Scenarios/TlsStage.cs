using OpenSslNb.Concurrency.Kernel;
using OpenSslNb.Concurrency.Scheduling;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>An established connection on a loop of its own, and its peer.</summary>
internal sealed class TlsStage
{
    private static readonly TlsContext s_server = CreateServer();
    private static readonly TlsContext s_client = TlsContext.CreateClient(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true });

    private readonly Stage _stage;
    private readonly int _openBefore = Descriptors.OpenCount;
    private readonly int _nativeBefore = NativeLive.Ssl + NativeLive.Bio;

    private TlsStage(Stage stage, TlsConnectionHandler handler, TlsConnectionOptions options)
    {
        _stage = stage;
        Loop = stage.NewLoop();
        Loop.UnhandledCallbackException += e => stage.Check(false, $"a callback threw {e}");
        (int ours, int peer) = Descriptors.Connect();
        Connection = new TlsConnection(Loop, SocketHandle.Adopt(ours), s_server, options, peerName: null);
        Peer = new Peer(peer, s_client);
        Loop.Post(() => Connection.Begin(handler));
    }

    public EventLoop Loop { get; }

    public TlsConnection Connection { get; }

    public Peer Peer { get; }

    /// <summary>Makes it, handshake included, before the strategy is asked.</summary>
    public static TlsStage Open(Stage stage, TlsConnectionHandler handler, TlsConnectionOptions options)
    {
        var tls = new TlsStage(stage, handler, options);
        tls.Peer.Pump();
        while (tls.Connection.Info is null || !tls.Peer.IsEstablished)
        {
            stage.WaitUntil(() => tls.Peer.HasInput || (tls.Connection.Info is not null && tls.Peer.IsEstablished), "handshake");
            tls.Peer.Pump();
        }

        stage.Begin();
        return tls;
    }

    /// <summary>The peer's thread: takes what comes until the condition holds or the connection has ended.</summary>
    public void Serve(Func<bool> done)
    {
        while (!done() && !Peer.SawEnd)
        {
            _stage.WaitUntil(() => done() || Peer.HasInput, "peer");
            if (Peer.HasInput) Peer.Pump();
        }
    }

    /// <summary>The end of the schedule: everything is given back.</summary>
    public void Close()
    {
        Loop.Dispose();
        Peer.Dispose();
        _stage.Check(Connection.Closed.IsCompleted && Connection.Outcome is not null, "the connection has not ended with its loop");
        _stage.Check(Connection.QueuedBytes == 0, $"{Connection.QueuedBytes} bytes are left in the queue of a connection that has ended");
        _stage.Check(Connection.TrySend("x"u8) == SendResult.Closed, "a connection that has ended takes data");
        _stage.Check(Descriptors.OpenCount == _openBefore, "a descriptor is left open");
        _stage.Check(NativeLive.Ssl + NativeLive.Bio == _nativeBefore, "an SSL or a BIO is not freed");
    }

    /// <summary>Makes what a process makes once, before the first schedule: contexts, and what the first connection brings.</summary>
    public static void Warm()
    {
        using var server = new SslMachine(s_server);
        using var client = new SslMachine(s_client);
        _ = client.Handshake();
        server.Feed(client.Output);
        _ = server.Handshake();
    }

    private static TlsContext CreateServer()
    {
        using var certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        return TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
    }
}

/// <summary>Counts callbacks, and checks that they come on the loop's thread and none after the last.</summary>
internal sealed class CountingHandler(Stage stage) : TlsConnectionHandler
{
    public int LowWaters { get; private set; }

    public int Closed { get; private set; }

    public List<byte> Received { get; } = [];

    /// <summary>What the handler does when data comes, besides counting.</summary>
    public Action? OnData { get; set; }

    /// <summary>What the handler does at low water, besides counting.</summary>
    public Action? LowWater { get; set; }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        Check("OnReceived");
        Received.AddRange(data);
        OnData?.Invoke();
    }

    public override void OnLowWater(TlsConnection connection)
    {
        Check("OnLowWater");
        LowWaters++;
        LowWater?.Invoke();
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        Check("OnClosed");
        Closed++;
    }

    private void Check(string callback)
    {
        stage.Check(Closed == 0, $"{callback} after OnClosed");
        stage.Check(ControlledThread.Current!.IsLoop, $"{callback} on another thread than the loop's");
    }
}
