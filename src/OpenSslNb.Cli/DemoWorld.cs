using System.Collections.Concurrent;
using System.Net;

namespace OpenSslNb.Cli;

/// <summary>What all machines of the demonstration have done together.</summary>
internal readonly record struct DemoFigures(long BytesToServer, long BytesToClient, long WantRead, long WantWrite, long ReadWantedWrite, long WriteWantedRead, long IdenticalRetries, long HighestQueued);

/// <summary>A server loop and a client loop with their connections. Every other connection speaks TLS 1.2 and renegotiates, the others TLS 1.3 and update keys.</summary>
internal sealed class DemoWorld : IDisposable
{
    // Of those that speak TLS 1.3.
    private const int FlooderIndex = 1;

    private static readonly TlsConnectionOptions s_connection = new() { SendBuffer = 16 * 1024, ReceiveBuffer = 16 * 1024, CiphertextLimit = 20 * 1024, OutboundLimit = 256 * 1024, LowWaterMark = 64 * 1024, RenegotiationsPerMinute = int.MaxValue };

    private readonly EventLoop _serverLoop;
    private readonly EventLoop _clientLoop;

    // The client that floods has turns of its own: among all the others it would ask too seldom.
    private readonly EventLoop _floodLoop;
    private readonly TlsCertificate _certificate = TlsCertificate.CreateSelfSigned(["localhost", "127.0.0.1"], TimeSpan.FromHours(1));
    private readonly TlsContext _server;
    private readonly TlsContext[] _clients;
    private readonly ConcurrentDictionary<IPEndPoint, DemoPeer> _serverPeers = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly TlsConnectionOptions _connection;
    private readonly DemoPeer[] _clientPeers;
    private readonly TlsListener _listener;
    private Task<int> _flood = Task.FromResult(0);
    private int _stirs;
    private int _messagesAsked;

    public DemoWorld(int connections, PollerKind poller, ITlsTrace? trace = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(connections, 1);
        _connection = s_connection with { Trace = trace };
        _serverLoop = new EventLoop(new EventLoopOptions { Poller = poller, Name = "server loop" });
        _clientLoop = new EventLoop(new EventLoopOptions { Poller = poller, Name = "client loop" });
        _floodLoop = new EventLoop(new EventLoopOptions { Poller = poller, Name = "flood loop" });
        _floodLoop.UnhandledCallbackException += e => _faults.Enqueue(e.Message);
        _serverLoop.UnhandledCallbackException += e => _faults.Enqueue(e.Message);
        _clientLoop.UnhandledCallbackException += e => _faults.Enqueue(e.Message);
        TlsTrust trust = TlsTrust.FromPem(_certificate.ExportCertificatePem());
        _server = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, AllowRenegotiation = true });
        _clients = [.. new[] { TlsProtocol.Tls12, TlsProtocol.Tls13 }.Select(p => TlsContext.CreateClient(new TlsClientOptions { Trust = trust, MaximumProtocol = p, AllowRenegotiation = true }))];

        // Each side sends with the seed that the other side expects the complement of; the client's port pairs them up afterwards.
        _clientPeers = [.. Enumerable.Range(0, connections).Select(_ => new DemoPeer(0, _faults.Enqueue))];
        _listener = TlsListener.Start(_serverLoop, new IPEndPoint(IPAddress.Loopback, 0), _server, AcceptPeer, new TlsListenerOptions { Connection = _connection });
    }

    public int ConnectionCount => _clientPeers.Length;

    public int MessagesAsked => _messagesAsked;

    public IEnumerable<string> Faults => _faults;

    public bool IsIntact => _faults.IsEmpty;

    public DemoFigures Figures
    {
        get
        {
            var server = TlsCounters.Of(_serverLoop);
            TlsCounters[] clients = [TlsCounters.Of(_clientLoop), TlsCounters.Of(_floodLoop)];
            TlsCounters[] all = [server, .. clients];
            return new DemoFigures(
                server.BytesRead,
                clients.Sum(c => c.BytesRead),
                all.Sum(c => c.WantRead),
                all.Sum(c => c.WantWrite),
                all.Sum(c => c.ReadWantedWrite),
                all.Sum(c => c.WriteWantedRead),
                all.Sum(c => c.IdenticalRetries),
                all.Max(c => c.HighestQueued));
        }
    }

    /// <summary>True once a read has wanted write and a write has wanted read.</summary>
    public bool HasCrossed => Figures is { ReadWantedWrite: > 0, WriteWantedRead: > 0 };

    public Task ConnectAsync() => Task.WhenAll(_clientPeers.Select((peer, i) => TlsConnector.ConnectAsync(
        LoopOf(i), "127.0.0.1", _listener.EndPoint.Port, _clients[i % 2], peer, new TlsConnectOptions { Connection = _connection, ConnectTimeout = TimeSpan.FromMinutes(1) })));

    /// <summary>Makes trouble: renegotiates and updates keys in the middle of the traffic, and lets one client ask for more answers than it reads.</summary>
    public void Stir()
    {
        int stir = _stirs++;
        for (int i = stir % 10; i < _clientPeers.Length; i += 10)
        {
            if (_clientPeers[i].Connection is not { State: ConnectionState.Open } connection) continue;
            _messagesAsked++;
            if (i % 2 == 0) connection.Renegotiate();
            else connection.UpdateKeys(requestPeer: true);
        }

        // One flood at a time, with a rest between two.
        if (stir % 10 == 0 && _flood.IsCompleted && FlooderIndex < _clientPeers.Length && _clientPeers[FlooderIndex].Connection is { State: ConnectionState.Open })
        {
            _messagesAsked += _flood.Result;
            _flood = DemoFlood.RunAsync(_floodLoop, _clientPeers[FlooderIndex], () => TlsCounters.Of(_serverLoop).ReadWantedWrite);
        }
    }

    /// <summary>Ends the traffic in good order.</summary>
    /// <returns>True when every connection has ended before the deadline.</returns>
    public async Task<bool> FinishAsync(TimeSpan deadline)
    {
        for (int i = 0; i < _clientPeers.Length; i++) LoopOf(i).Post(_clientPeers[i].Finish);

        // A stranger that has never ended its handshake has no connection to wait for.
        Task all = Task.WhenAll(_clientPeers.Concat(_serverPeers.Values).Select(p => p.Connection?.Closed ?? Task.CompletedTask));
        _messagesAsked += await _flood;
        if (await Task.WhenAny(all, Task.Delay(deadline)) != all) return false;
        foreach (DemoPeer client in _clientPeers)
        {
            if (!_serverPeers.TryGetValue(client.Connection!.LocalEndPoint!, out DemoPeer? server)) _faults.Enqueue($"no server side for {client.Connection.LocalEndPoint}");
            else if (client.Sent != server.Received || server.Sent != client.Received) _faults.Enqueue($"{client.Connection.LocalEndPoint}: sent {client.Sent} and {server.Sent}, received {server.Received} and {client.Received}");
        }

        return true;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _floodLoop.Dispose();
        _clientLoop.Dispose();
        _serverLoop.Dispose();
        Array.ForEach(_clients, c => c.Dispose());
        _server.Dispose();
        _certificate.Dispose();
    }

    private EventLoop LoopOf(int index) => index == FlooderIndex ? _floodLoop : _clientLoop;

    private TlsConnectionHandler AcceptPeer(TlsConnection connection)
    {
        var peer = new DemoPeer(~0, _faults.Enqueue);
        if (connection.RemoteEndPoint is { } remote) _serverPeers[remote] = peer;
        return peer;
    }
}
