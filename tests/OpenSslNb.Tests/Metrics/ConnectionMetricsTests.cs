using System.Collections.Concurrent;
using System.Net;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Metrics;

/// <summary>What a meter listener is told of connections.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class ConnectionMetricsTests(World world)
{
    private const string LoopName = "measured";

    private static readonly TlsConnectionOptions s_connection = new() { HandshakeTimeout = TimeSpan.FromSeconds(10), ReceiveBuffer = 16 * 1024, SendBuffer = 16 * 1024 };

    private readonly ManualClock _clock = new();
    private Bench _bench = null!;
    private MetricsProbe _probe = null!;

    [SetUp]
    public void Begin()
    {
        _probe = new MetricsProbe(LoopName);
        _bench = new Bench(world, connection: s_connection, loop: new EventLoopOptions { Name = LoopName, Clock = _clock });
    }

    [TearDown]
    public void End()
    {
        _bench.Dispose();
        _probe.Dispose();
    }

    [Test]
    public async Task Connections_handshakes_bytes_and_records_are_counted_on_both_sides()
    {
        var received = new RecordingHandler();
        using TlsListener listener = _bench.Listen(_ => received);
        TlsConnection client = await _bench.ConnectAsync(listener, new RecordingHandler());
        client.Send(new byte[40_000]);
        await Eventually.BecomesTrue(() => received.ReceivedLength == 40_000, "the data");
        Dictionary<string, double> open = _probe.Look();
        Assert.That(Pick(open, "opensslnb.connections", "opensslnb.accepted", "opensslnb.handshakes{result=ok}"), Is.EqualTo(new double[] { 2, 1, 2 }));
        Assert.That(Pick(open, "opensslnb.io{direction=transmit}", "opensslnb.io{direction=receive}"), Is.EqualTo(new double[] { 40_000, 40_000 }));
        Assert.That(open["opensslnb.records{direction=transmit}"], Is.EqualTo(3), "16 KiB each");
        Assert.That(open["opensslnb.records{direction=receive}"], Is.GreaterThanOrEqualTo(3), "tickets are records too");
        Assert.That(Pick(open, "opensslnb.wants{operation=handshake,want=read}", "opensslnb.wants{operation=read,want=read}"), Has.All.GreaterThan(0));
        Assert.That(open["opensslnb.queue.depth"], Is.Zero);

        client.Close();
        await client.Closed.WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => _probe.Look("opensslnb.connections") == 0, "both have ended");
        Assert.That(_probe.Look("opensslnb.closed{reason=close_notify}"), Is.EqualTo(2));
        Assert.That(_probe.Recorded.Count(r => r.Key == "opensslnb.handshake.duration{result=ok}"), Is.EqualTo(2));
        Assert.That(Failures(), Is.Empty);
    }

    [Test]
    public async Task A_handshake_that_its_deadline_ends_is_a_timeout()
    {
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler());
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        await Eventually.BecomesTrue(() => _probe.Look("opensslnb.connections") == 1, "it is accepted");
        await _clock.AdvanceAsync(_bench.Loop, TimeSpan.FromSeconds(10.1));
        await Eventually.BecomesTrue(() => Failures().Length > 0, "the end");
        Assert.That(Failures(), Is.EqualTo(new[] { "opensslnb.handshakes{result=timeout} 1" }));

        // The connection lingers until its peer goes; the handshake has ended all the same, and is counted once.
        raw.Dispose();
        await Eventually.BecomesTrue(() => _probe.Look("opensslnb.connections") == 0, "it has ended");
        Assert.That(Failures(), Is.EqualTo(new[] { "opensslnb.handshakes{result=timeout} 1" }));
        Assert.That(_probe.Look("opensslnb.closed{reason=handshake_timeout}"), Is.EqualTo(1));
        (string key, double seconds) = _probe.Recorded.Single(r => r.Key.StartsWith("opensslnb.handshake.duration", StringComparison.Ordinal));
        Assert.That(key, Is.EqualTo("opensslnb.handshake.duration{result=timeout}"));
        Assert.That(seconds, Is.EqualTo(10.1).Within(1e-6), "on the clock of the loop");
    }

    [Test]
    public async Task A_handshake_with_something_else_is_a_protocol_error()
    {
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler());
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        await raw.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        await Eventually.BecomesTrue(() => Failures().Length > 0, "the end");
        Assert.That(Failures(), Is.EqualTo(new[] { "opensslnb.handshakes{result=protocol_error} 1" }));
    }

    [Test]
    public async Task A_peer_that_leaves_in_its_handshake_truncates_it()
    {
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler());
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        raw.Fin();
        await Eventually.BecomesTrue(() => Failures().Length > 0, "the end");
        Assert.That(Failures(), Is.EqualTo(new[] { "opensslnb.handshakes{result=truncated} 1" }));
    }

    [Test]
    public async Task A_certificate_that_is_not_trusted_is_told_apart()
    {
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler());
        using TlsContext distrustful = TlsContext.CreateClient();
        var options = new TlsConnectOptions { Connection = _bench.Connection };
        await Assert.ThrowsAsync<TlsConnectException>(() => TlsConnector.ConnectAsync(_bench.Loop, "localhost", listener.EndPoint.Port, distrustful, new RecordingHandler(), options).WaitAsync(Bench.Deadline));
        Assert.That(Failures(), Does.Contain("opensslnb.handshakes{result=verification_failed} 1"));
    }

    [Test]
    public async Task What_peers_do_not_take_is_the_queue_depth_of_all_connections_together()
    {
        var pushing = new ConcurrentQueue<TlsConnection>();
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler { Opened = connection => { Fill(connection); pushing.Enqueue(connection); } });
        var paused = new List<TlsConnection>();
        for (int i = 0; i < 2; i++) paused.Add(await _bench.ConnectAsync(listener, new RecordingHandler { Opened = c => c.PauseReading() }));
        await Eventually.BecomesTrue(() => pushing.Count == 2, "both sides are open");
        await Eventually.BecomesTrue(() => _probe.Look("opensslnb.queue.depth") is > 1_000_000 and double depth && depth == pushing.Sum(c => c.QueuedBytes), "as much as both have");
        paused.ForEach(c => c.ResumeReading());
        await Eventually.BecomesTrue(() => _probe.Look("opensslnb.queue.depth") == 0, "all is taken");

        static void Fill(TlsConnection connection)
        {
            byte[] block = new byte[100_000];
            while (connection.TrySend(block) == SendResult.Queued)
            {
                // Some of it goes out at once.
            }
        }
    }

    [Test]
    public async Task Crossed_wants_and_retries_are_told_by_operation()
    {
        await _bench.Loop.AskAsync(() =>
        {
            _bench.Loop.Figures.Engine.CountWant(SslOperation.Read, SslWant.Write);
            _bench.Loop.Figures.Engine.CountWant(SslOperation.Read, SslWant.Write);
            _bench.Loop.Figures.Engine.CountWant(SslOperation.Write, SslWant.Read);
            _bench.Loop.Figures.Engine.CountWant(SslOperation.Handshake, SslWant.Async);
            return _bench.Loop.Figures.Engine.IdenticalRetries += 3;
        });
        Dictionary<string, double> seen = _probe.Look();
        Assert.That(Pick(seen, "opensslnb.crossed_wants{operation=read}", "opensslnb.crossed_wants{operation=write}", "opensslnb.retries"), Is.EqualTo(new double[] { 2, 1, 3 }));
        Assert.That(Pick(seen, "opensslnb.wants{operation=read,want=write}", "opensslnb.wants{operation=handshake,want=async}"), Is.EqualTo(new double[] { 2, 1 }));
        Assert.That(seen, Does.Not.ContainKey("opensslnb.wants{operation=read,want=async}"), "what never happens makes no series");
    }

    [Test]
    public async Task All_connections_on_one_of_two_loops_are_an_uneven_spread()
    {
        using var idle = new EventLoop(new EventLoopOptions { Name = LoopName });
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler());
        Assert.That(Spread(), Is.EqualTo((1, 0)), "no connection, nothing uneven");
        for (int i = 0; i < 15; i++) await _bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(Spread(), Is.EqualTo((2, 1)), "30 ends on the one, none on the other");

        using TlsListener even = TlsListener.Start(idle, new IPEndPoint(IPAddress.Loopback, 0), _bench.Server, _ => new RecordingHandler(), new TlsListenerOptions { Connection = _bench.Connection });
        for (int i = 0; i < 30; i++)
        {
            await TlsConnector.ConnectAsync(i % 2 == 0 ? idle : _bench.Loop, "127.0.0.1", even.EndPoint.Port, _bench.Client, new RecordingHandler(), new TlsConnectOptions { Connection = _bench.Connection }).WaitAsync(Bench.Deadline);
        }

        Assert.That(Spread(), Is.EqualTo((1, 0)), "45 ends on each");
    }

    private (double Imbalance, double Uneven) Spread()
    {
        Dictionary<string, double> seen = _probe.Look();
        return (seen["opensslnb.loop.imbalance"], seen["opensslnb.loop.uneven"]);
    }

    private static IEnumerable<double> Pick(Dictionary<string, double> seen, params string[] keys) => keys.Select(key => seen[key]);

    private string[] Failures() => [.. _probe.Look().Where(e => e.Key.StartsWith("opensslnb.handshakes{", StringComparison.Ordinal) && !e.Key.Contains("=ok", StringComparison.Ordinal) && e.Value > 0).Select(e => $"{e.Key} {e.Value}")];
}
