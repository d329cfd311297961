using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

[TestFixture(PollerKind.Epoll)]
[TestFixture(PollerKind.Poll)]
public sealed class TlsListenerTests(PollerKind poller)
{
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    private Bench _bench = null!;

    [SetUp]
    public void Begin() => _bench = new Bench(new World(TransportKind.Buffered, poller, TlsProtocol.Tls13));

    [TearDown]
    public void End() => _bench.Dispose();

    [Test]
    public async Task Connections_above_the_maximum_are_reset_at_once_and_counted()
    {
        using TlsListener listener = Start(new TlsListenerOptions { MaximumConnections = 2 });
        TlsConnection first = await _bench.ConnectAsync(listener, new RecordingHandler());
        TlsConnection second = await _bench.ConnectAsync(listener, new RecordingHandler());
        TlsConnectException? fault = await Assert.ThrowsAsync<TlsConnectException>(() => _bench.ConnectAsync(listener, new RecordingHandler()));
        Assert.That(fault!.Outcome.Reason, Is.EqualTo(CloseReason.Reset).Or.EqualTo(CloseReason.ConnectFailed), "whether the reset is met before the first byte or with it");
        Assert.That((listener.AcceptedCount, listener.RefusedCount, listener.ConnectionCount), Is.EqualTo((3L, 1L, 2)));

        first.Dispose();
        await Eventually.BecomesTrue(() => listener.ConnectionCount == 1, "one has gone");
        using TlsConnection third = await _bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(listener.RefusedCount, Is.EqualTo(1));
        second.Dispose();
    }

    [Test]
    public async Task Dispose_stops_accepting_and_lets_connections_live()
    {
        TlsListener listener = Start();
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        listener.Dispose();
        listener.Dispose();

        // The listener goes; both ends of the connection stay.
        await Eventually.BecomesTrue(() => _bench.Loop.SourceCount == 2, "the socket is closed");
        await Assert.ThrowsAsync<TlsConnectException>(() => _bench.ConnectAsync(listener, new RecordingHandler()));
        await stream.WriteAsync("still"u8.ToArray());
        byte[] answer = new byte[5];
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(answer, Is.EqualTo("still"u8.ToArray()));
    }

    [Test]
    public void A_port_in_use_is_a_fault_that_names_the_address()
    {
        using TlsListener listener = Start();
        IOException fault = Assert.Throws<IOException>(() => Start(endPoint: listener.EndPoint))!;
        Assert.That(fault.Message, Does.Contain(listener.EndPoint.ToString()));
        listener.Dispose();
    }

    [Test]
    public async Task Two_loops_share_an_address_and_the_kernel_spreads_the_connections()
    {
        using var other = new EventLoop(new EventLoopOptions { Poller = poller });
        var options = new TlsListenerOptions { ReusePort = true };
        using TlsListener first = Start(options);
        using TlsListener second = TlsListener.Start(other, first.EndPoint, _bench.Server, _ => new EchoHandler(), options);
        Assert.That(second.EndPoint, Is.EqualTo(first.EndPoint));
        var connections = new List<TlsConnection>();

        // By a hash of the ports: that one of the two gets none of 200 has a chance of 2 to the -199.
        for (int i = 0; i < 200 && (first.AcceptedCount == 0 || second.AcceptedCount == 0); i++) connections.Add(await _bench.ConnectAsync(first, new RecordingHandler()));
        Assert.That(first.AcceptedCount, Is.GreaterThan(0));
        Assert.That(second.AcceptedCount, Is.GreaterThan(0));
        Assert.That(first.AcceptedCount + second.AcceptedCount, Is.EqualTo(connections.Count));
        connections.ForEach(c => c.Dispose());
    }

    [Test]
    public async Task The_context_may_be_disposed_while_the_listener_lives()
    {
        using TlsListener listener = Start();
        _bench.Server.Dispose();
        using TlsConnection connection = await _bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(connection.Info, Is.Not.Null);
    }

    [Test]
    public async Task A_factory_that_throws_costs_its_own_connection_only()
    {
        int count = 0;
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Loop.UnhandledCallbackException += e => reported.TrySetResult(e);
        using TlsListener listener = _bench.Listen(_ => Interlocked.Increment(ref count) == 1 ? throw new InvalidOperationException("no handler") : new EchoHandler());
        await Assert.ThrowsAsync<TlsConnectException>(() => _bench.ConnectAsync(listener, new RecordingHandler()));
        Assert.That((await reported.Task.WaitAsync(Bench.Deadline)).Message, Is.EqualTo("no handler"));
        Assert.That(listener.ConnectionCount, Is.Zero);
        using TlsConnection connection = await _bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(connection.Info, Is.Not.Null);
    }

    [Test]
    public async Task An_IPv6_any_address_takes_IPv4_too()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("no IPv6 here");
        using TlsListener listener = Start(endPoint: new IPEndPoint(IPAddress.IPv6Any, 0));
        using TlsConnection connection = await _bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(connection.Info, Is.Not.Null);
    }

    [Test]
    public async Task On_a_loop_that_has_stopped_nothing_can_listen_and_the_port_is_free()
    {
        int port;
        using (TlsListener listener = Start()) port = listener.EndPoint.Port;
        await Task.Run(_bench.Loop.Dispose).WaitAsync(Bench.Deadline);
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        Assert.Throws<ObjectDisposedException>(() => Start(endPoint: endPoint));
        Assert.Throws<ObjectDisposedException>(() => Start(endPoint: endPoint), "not: address in use");
    }

    [Test]
    public async Task Contexts_of_the_wrong_side_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TlsListener.Start(_bench.Loop, s_anyPort, _bench.Client, _ => new EchoHandler()));
        await Assert.ThrowsAsync<ArgumentException>(() => TlsConnector.ConnectAsync(_bench.Loop, "localhost", 1, _bench.Server, new EchoHandler()));
    }

    private TlsListener Start(TlsListenerOptions? options = null, IPEndPoint? endPoint = null) =>
        TlsListener.Start(_bench.Loop, endPoint ?? s_anyPort, _bench.Server, _ => new EchoHandler(), options);
}
