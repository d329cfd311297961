using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Connections;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

[TestFixture(PollerKind.Epoll)]
[TestFixture(PollerKind.Poll)]
public sealed class ConnectTests(PollerKind poller)
{
    private Bench _bench = null!;

    [SetUp]
    public void Begin() => _bench = new Bench(new World(TransportKind.Buffered, poller, TlsProtocol.Tls13));

    [TearDown]
    public void End() => _bench.Dispose();

    [Test]
    public async Task A_port_where_nobody_listens_is_refused_and_the_address_is_named()
    {
        using var refusing = new RefusingPort();
        TlsConnectException fault = await Fault(ConnectAsync("127.0.0.1", refusing.Port));
        Assert.That(fault.Outcome.Reason, Is.EqualTo(CloseReason.ConnectFailed));
        Assert.That(fault.Message, Does.Contain($"127.0.0.1:{refusing.Port}"));
        Assert.That(_bench.Loop.SourceCount, Is.Zero);
    }

    [Test]
    public async Task When_every_address_fails_each_is_named()
    {
        using var refusing = new RefusingPort();
        TlsConnectException fault = await Fault(Race([new IPEndPoint(IPAddress.Loopback, refusing.Port), new IPEndPoint(IPAddress.Parse("127.0.0.2"), refusing.Port)]));
        Assert.That(fault.Outcome.Reason, Is.EqualTo(CloseReason.ConnectFailed));
        Assert.That(fault.Message, Does.Contain($"127.0.0.1:{refusing.Port}").And.Contain($"127.0.0.2:{refusing.Port}"));
    }

    [Test]
    public async Task A_name_that_does_not_resolve_is_named()
    {
        // RFC 6761 §6.4: never resolves.
        TlsConnectException fault = await Fault(ConnectAsync("nobody.invalid", 443));
        Assert.That(fault.Outcome.Reason, Is.EqualTo(CloseReason.ConnectFailed));
        Assert.That(fault.Message, Does.Contain("nobody.invalid"));
    }

    [Test]
    public async Task A_host_that_does_not_answer_ends_by_the_timeout()
    {
        using var silent = new SilentPort();
        var options = new TlsConnectOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        TlsConnectException fault = await Fault(ConnectAsync("127.0.0.1", silent.Port, options));
        Assert.That(fault.Outcome.Reason, Is.EqualTo(CloseReason.ConnectFailed));
        Assert.That(fault.Outcome.Exception, Is.TypeOf<TimeoutException>());
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 0, "the attempt is closed");
    }

    [Test]
    public async Task The_connect_timeout_does_not_end_a_handshake()
    {
        // Accepts by the kernel, and never speaks TLS.
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var options = new TlsConnectOptions
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
            Connection = new TlsConnectionOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(1500) },
        };
        TlsConnectException fault = await Fault(ConnectAsync("127.0.0.1", ((IPEndPoint)mute.LocalEndpoint).Port, options));
        Assert.That(fault.Outcome.Reason, Is.EqualTo(CloseReason.HandshakeTimeout), fault.Message);
    }

    [Test]
    public async Task Cancelling_ends_the_attempt_and_closes_it()
    {
        using var silent = new SilentPort();
        using var cancellation = new CancellationTokenSource();
        Task<TlsConnection> connecting = ConnectAsync("127.0.0.1", silent.Port, token: cancellation.Token);
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 1, "the attempt runs");
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => connecting.WaitAsync(Bench.Deadline));
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 0, "the attempt is closed");
    }

    [Test]
    public async Task Cancelling_ends_a_handshake_too()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        using var cancellation = new CancellationTokenSource();
        Task<TlsConnection> connecting = ConnectAsync("127.0.0.1", ((IPEndPoint)mute.LocalEndpoint).Port, token: cancellation.Token);
        using Socket accepted = await mute.AcceptSocketAsync().WaitAsync(Bench.Deadline);
        await accepted.ReceiveAsync(new byte[1]).WaitAsync(Bench.Deadline);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => connecting.WaitAsync(Bench.Deadline));
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 0, "the connection is closed");
    }

    [Test]
    public async Task What_is_cancelled_already_does_not_begin()
    {
        await Assert.ThrowsAsync<TaskCanceledException>(() => ConnectAsync("localhost", 9, token: new CancellationToken(canceled: true)));
        Assert.That(_bench.Loop.SourceCount, Is.Zero);
    }

    [Test]
    public async Task An_address_that_refuses_gives_way_to_the_next_at_once()
    {
        using var refusing = new RefusingPort();
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        var options = new TlsConnectOptions { AttemptDelay = TimeSpan.FromHours(1) };
        using TlsConnection connection = await Race([new IPEndPoint(IPAddress.Parse("127.0.0.2"), refusing.Port), listener.EndPoint], options).WaitAsync(Bench.Deadline);
        Assert.That(connection.RemoteEndPoint, Is.EqualTo(listener.EndPoint));
    }

    [Test]
    public async Task An_address_that_does_not_answer_is_overtaken_by_the_next()
    {
        using var silent = new SilentPort();
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler());
        using TlsConnection connection = await Race([new IPEndPoint(IPAddress.Loopback, silent.Port), listener.EndPoint]).WaitAsync(Bench.Deadline);
        Assert.That(connection.RemoteEndPoint, Is.EqualTo(listener.EndPoint));

        // The listener and both ends of the winner: the loser is gone.
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 3, "the loser is closed");
    }

    [Test]
    public async Task A_name_with_two_families_reaches_a_server_that_has_only_one()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        using TlsConnection connection = await ConnectAsync("localhost", listener.EndPoint.Port).WaitAsync(Bench.Deadline);
        Assert.That(connection.RemoteEndPoint!.Port, Is.EqualTo(listener.EndPoint.Port));
        Assert.That(connection.Info!.Protocol, Is.EqualTo(TlsProtocol.Tls13));
    }

    [Test]
    public async Task Connects_that_fail_leave_no_descriptor_behind()
    {
        using var refusing = new RefusingPort();
        await Fault(ConnectAsync("127.0.0.1", refusing.Port));
        int before = Sockets();
        for (int i = 0; i < 200; i++) await Fault(ConnectAsync("127.0.0.1", refusing.Port));

        // Sockets of other tests may still be on their way out, but none comes.
        await Eventually.BecomesTrue(() => Sockets() <= before, $"back to {before} sockets, not {Sockets()}");
    }

    [Test]
    public async Task A_loop_that_stops_ends_the_attempts_on_it()
    {
        using var silent = new SilentPort();
        Task<TlsConnection> connecting = ConnectAsync("127.0.0.1", silent.Port);
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 1, "the attempt runs");
        await Task.Run(_bench.Loop.Dispose).WaitAsync(Bench.Deadline);
        Assert.That((await Fault(connecting)).Outcome.Reason, Is.EqualTo(CloseReason.Disposed));
        Assert.That((await Fault(ConnectAsync("127.0.0.1", silent.Port))).Outcome.Reason, Is.EqualTo(CloseReason.LocalError), "and later ones do not begin");
    }

    [Test]
    public void Families_alternate_beginning_with_the_first_and_keep_their_order()
    {
        IPAddress[] addresses = [.. new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2" }.Select(IPAddress.Parse)];
        string[] order = [.. AddressOrder.Interleave(addresses, 443).Select(e => e.ToString())];
        Assert.That(order, Is.EqualTo(new[] { "[2001:db8::1]:443", "192.0.2.1:443", "[2001:db8::2]:443", "192.0.2.2:443", "[2001:db8::3]:443" }));
        Assert.That(AddressOrder.Interleave([IPAddress.Loopback, IPAddress.IPv6Loopback], 1)[0].AddressFamily, Is.EqualTo(AddressFamily.InterNetwork));
        Assert.That(AddressOrder.Interleave([], 1), Is.Empty);
    }

    private static int Sockets() => Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static async Task<TlsConnectException> Fault(Task<TlsConnection> connecting) => (await Assert.ThrowsAsync<TlsConnectException>(() => connecting.WaitAsync(Bench.Deadline)))!;

    private Task<TlsConnection> ConnectAsync(string host, int port, TlsConnectOptions? options = null, CancellationToken token = default) =>
        TlsConnector.ConnectAsync(_bench.Loop, host, port, _bench.Client, new RecordingHandler(), options, token);

    private Task<TlsConnection> Race(IReadOnlyList<IPEndPoint> endPoints, TlsConnectOptions? options = null) =>
        new ConnectRace(_bench.Loop, "localhost", _bench.Client, new RecordingHandler(), options ?? new TlsConnectOptions()).RunAsync(endPoints);

    /// <summary>A port that is taken, so that nobody else listens on it, and refuses.</summary>
    private sealed class RefusingPort : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public RefusingPort() => _socket.Bind(new IPEndPoint(IPAddress.Any, 0));

        public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

        public void Dispose() => _socket.Dispose();
    }

    /// <summary>A port whose queue is full: the kernel drops every further SYN.</summary>
    private sealed class SilentPort : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queue = [];

        public SilentPort()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _socket.Listen(0);
            for (int i = 0; i < 8; i++)
            {
                var waiting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _queue.Add(waiting);
                _ = waiting.ConnectAsync(_socket.LocalEndPoint!).ContinueWith(t => t.Exception, TaskScheduler.Default);
            }
        }

        public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

        public void Dispose()
        {
            _queue.ForEach(s => s.Dispose());
            _socket.Dispose();
        }
    }
}
