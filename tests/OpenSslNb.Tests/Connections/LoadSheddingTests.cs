using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Connections above a limit: refused at once and cheaply, without harm to those that are in.</summary>
[TestFixture(PollerKind.Epoll)]
[TestFixture(PollerKind.Poll)]
public sealed class LoadSheddingTests(PollerKind poller)
{
    private const int Crowd = 200;

    // No process has as many: every descriptor is one of the reserve.
    private const int Everything = int.MaxValue;

    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    // What there is too little of, once one connection is in.
    private static readonly string[] s_shortages = ["maximum", "shared limit", "descriptors"];

    private Bench _bench = null!;
    private MetricsProbe _probe = null!;

    [SetUp]
    public void Begin()
    {
        _probe = new MetricsProbe("shedding");
        _bench = new Bench(new World(TransportKind.Buffered, poller, TlsProtocol.Tls13), loop: new EventLoopOptions { Name = "shedding" });
    }

    [TearDown]
    public void End()
    {
        _bench.Dispose();
        _probe.Dispose();
    }

    [Test]
    public async Task A_refused_connection_is_reset_and_nothing_of_TLS_is_made_for_it([ValueSource(nameof(s_shortages))] string shortage)
    {
        using TlsListener listener = Start(_bench.Loop, WithRoomForOne(shortage));
        using TlsConnection within = await _bench.ConnectAsync(listener, new RecordingHandler());
        int ssl = NativeLive.Ssl;
        for (int i = 0; i < Crowd; i++) await AssertIsResetAsync(listener);
        Assert.That(NativeLive.Ssl, Is.EqualTo(ssl));
        Assert.That((listener.AcceptedCount, listener.RefusedCount, listener.ConnectionCount, listener.ShortageCount), Is.EqualTo((Crowd + 1L, (long)Crowd, 1, 0L)));
        string reason = shortage == "descriptors" ? "descriptors" : "limit";
        Assert.That(_probe.Look($"opensslnb.refused{{reason={reason}}}"), Is.EqualTo(Crowd));
        Assert.That(_probe.Look("opensslnb.accepted"), Is.EqualTo(Crowd + 1));

        // Every connection that was ever made, refused or not, took a number.
        within.Dispose();
        await Eventually.BecomesTrue(() => listener.ConnectionCount == 0, "it has gone");
        using TlsConnection next = await _bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(next.Id - within.Id, Is.InRange(1, 2), "its own two ends alone");
    }

    [Test]
    public async Task Those_who_are_in_are_served_while_a_crowd_is_refused([ValueSource(nameof(s_shortages))] string shortage)
    {
        using TlsListener listener = Start(_bench.Loop, WithRoomForOne(shortage));
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        bool stop = false;
        Task crowd = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop)) await AssertIsResetAsync(listener);
        });
        byte[] answer = new byte[1000];
        for (byte round = 0; round < 250; round++)
        {
            byte[] sent = [.. Enumerable.Repeat(round, answer.Length)];
            await stream.WriteAsync(sent);
            await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
            Assert.That(answer, Is.EqualTo(sent));
        }

        await Eventually.BecomesTrue(() => listener.RefusedCount > 20, "some were refused");
        Volatile.Write(ref stop, true);
        await crowd;
    }

    [Test]
    public async Task The_place_of_a_connection_that_ends_can_be_had_at_once([ValueSource(nameof(s_shortages))] string shortage)
    {
        using TlsListener listener = Start(_bench.Loop, WithRoomForOne(shortage));
        for (int i = 0; i < 20; i++)
        {
            using TlsConnection connection = await _bench.ConnectAsync(listener, new RecordingHandler());
            await AssertIsResetAsync(listener);
            connection.Abort();
            await Eventually.BecomesTrue(() => listener.ConnectionCount == 0, "the listener has heard of it");
        }

        Assert.That(listener.RefusedCount, Is.EqualTo(20), "nobody who came after an end");
    }

    [Test]
    public async Task Listeners_of_two_loops_share_a_limit_exactly()
    {
        using var other = new EventLoop(new EventLoopOptions { Poller = poller });
        var limit = new TlsConnectionLimit(7);
        TlsListener[] listeners = [Start(_bench.Loop, new TlsListenerOptions { SharedLimit = limit }), Start(other, new TlsListenerOptions { SharedLimit = limit })];
        var open = new List<RawPeer>();
        for (int i = 0; i < 20; i++)
        {
            if (await TryConnectAsync(listeners[i % 2]) is { } peer) open.Add(peer);
        }

        await Eventually.BecomesTrue(() => listeners.Sum(l => l.AcceptedCount) == 20, "all have come");
        await Eventually.BecomesTrue(() => listeners.Sum(l => l.RefusedCount) == 13, "13 are too many");
        Assert.That(limit.Count, Is.EqualTo(7));
        Assert.That(listeners.Sum(l => l.ConnectionCount), Is.EqualTo(7));
        open.ForEach(peer => peer.Reset());
        await Eventually.BecomesTrue(() => limit.Count == 0, "all have gone");
        Array.ForEach(listeners, l => l.Dispose());
    }

    [Test]
    public async Task While_a_loop_does_not_come_to_accept_the_backlog_fills_up_and_all_get_in_when_it_does()
    {
        using TlsListener listener = Start(_bench.Loop, new TlsListenerOptions { Backlog = 1 });
        using var holding = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Loop.Post(() =>
        {
            held.SetResult();
            holding.Wait();
        });
        await held.Task;
        var connecting = new List<Task<RawPeer?>>();
        try
        {
            // Linux keeps one more than it is told.
            for (int i = 0; i < 2; i++) connecting.Add(Task.FromResult(await TryConnectAsync(listener)));
            for (int i = 0; i < 3; i++) connecting.Add(TryConnectAsync(listener));
            Assert.That(listener.AcceptedCount, Is.Zero);
        }
        finally
        {
            holding.Set();
        }

        // A client can take itself for connected when its last segment of the three found no room: the first data that it sends says it again.
        RawPeer?[] peers = await Task.WhenAll(connecting).WaitAsync(Bench.Deadline);
        foreach (RawPeer? peer in peers) await peer!.SendAsync((byte[])[22]);
        await Eventually.BecomesTrue(() => listener.ConnectionCount == 5, "all are in");
        Assert.That((listener.RefusedCount, listener.ShortageCount), Is.EqualTo((0L, 0L)));
        Array.ForEach(peers, peer => peer!.Dispose());
    }

    [Test]
    public async Task A_factory_that_throws_gives_its_place_back()
    {
        var limit = new TlsConnectionLimit(1);
        using TlsListener listener = TlsListener.Start(_bench.Loop, s_anyPort, _bench.Server, _ => throw new InvalidOperationException("no handler"), new TlsListenerOptions { SharedLimit = limit, MaximumConnections = 1 });
        for (int i = 0; i < 3; i++)
        {
            await AssertIsResetAsync(listener, orFin: true);

            // The client hears of it a moment before the place is given back.
            await Eventually.BecomesTrue(() => (listener.ConnectionCount, limit.Count) == (0, 0), "the place is free");
        }

        Assert.That(listener.RefusedCount, Is.Zero);
    }

    [Test]
    public void A_limit_gives_exactly_as_many_places_as_it_has_to_any_number_of_threads()
    {
        var limit = new TlsConnectionLimit(3);
        int within = 0;
        int tooMany = 0;
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                if (!limit.TryTake()) continue;
                if (Interlocked.Increment(ref within) > 3) Interlocked.Increment(ref tooMany);
                Interlocked.Decrement(ref within);
                limit.Release();
            }
        });
        Assert.That((limit.Count, tooMany), Is.EqualTo((0, 0)));
        Assert.That(Enumerable.Range(0, 5).Select(_ => limit.TryTake()), Is.EqualTo(new[] { true, true, true, false, false }));
        Assert.That((limit.Count, limit.Maximum), Is.EqualTo((3, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new TlsConnectionLimit(0));
    }

    private TlsListener Start(EventLoop loop, TlsListenerOptions options) => TlsListener.Start(loop, s_anyPort, _bench.Server, _ => new EchoHandler(), options);

    private static TlsListenerOptions WithRoomForOne(string shortage) => shortage switch
    {
        "maximum" => new TlsListenerOptions { MaximumConnections = 1 },
        "shared limit" => new TlsListenerOptions { SharedLimit = new TlsConnectionLimit(1) },
        _ => new TlsListenerOptions { DescriptorReserve = Everything },
    };

    // As the kernel tells a client that has sent nothing.
    private static async Task AssertIsResetAsync(TlsListener listener, bool orFin = false)
    {
        try
        {
            using RawPeer? peer = await TryConnectAsync(listener);
            if (peer is null) return;
            int count = await peer.Socket.ReceiveAsync(new byte[1]).WaitAsync(Bench.Deadline);
            if (!orFin) Assert.Fail($"{count} bytes and no reset");
        }
        catch (SocketException e)
        {
            Assert.That(e.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
        }
    }

    // Null when the reset comes before the end of the connecting is noticed.
    private static async Task<RawPeer?> TryConnectAsync(TlsListener listener)
    {
        try
        {
            return await RawPeer.ConnectAsync(listener.EndPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }
}
