using System.Net.Security;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Every handshake, idle period, stalled write and shutdown has a deadline, measured on a clock that these tests turn by hand.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class DeadlineTests(World world)
{
    private static readonly TlsConnectionOptions s_deadlines = new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(10),
        IdleTimeout = TimeSpan.FromSeconds(100),
        WriteTimeout = TimeSpan.FromSeconds(20),
        ShutdownTimeout = TimeSpan.FromSeconds(5),
        ReceiveBuffer = 16 * 1024,
        SendBuffer = 16 * 1024,
    };

    private readonly ManualClock _clock = new();

    [Test]
    public async Task A_peer_that_trickles_its_handshake_does_not_extend_the_deadline()
    {
        using Bench bench = CreateBench();
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        TlsConnection connection = await server.AcceptedAsync();

        // The head of a long record, and a byte of it now and then.
        await raw.SendAsync((byte[])[22, 3, 1, 2, 0, 1]);
        for (int second = 0; second < 9; second++)
        {
            await raw.SendAsync((byte[])[0]);
            await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(1));
        }

        Assert.That(connection.State, Is.EqualTo(ConnectionState.Handshaking), "after 9 s");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(1.1));
        Assert.That(connection.State, Is.EqualTo(ConnectionState.Failed), "after 10.1 s");
        raw.Dispose();
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.HandshakeTimeout));
    }

    [Test]
    public async Task An_idle_connection_ends_and_one_byte_gives_it_a_new_period()
    {
        using Bench bench = CreateBench();
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        TlsConnection connection = await server.AcceptedAsync();
        await SettleAsync(bench, () => connection.State == ConnectionState.Open, "the handshake");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(99));
        await tls.WriteAsync("x"u8.ToArray());
        await SettleAsync(bench, () => server.Handler.ReceivedLength == 1, "the byte");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(99));
        Assert.That(connection.Outcome, Is.Null, "99 s after the byte");
        Assert.That(connection.State, Is.EqualTo(ConnectionState.Open), "99 s after the byte");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(1.1));
        raw.Dispose();
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.IdleTimeout));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task A_deadline_that_is_looked_at_a_little_late_still_ends_the_connection(int late)
    {
        using Bench bench = CreateBench();
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        TlsConnection connection = await server.AcceptedAsync();
        await SettleAsync(bench, () => connection.State == ConnectionState.Open, "the handshake");

        // The last byte comes at an odd moment between two ticks of the wheel.
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromMilliseconds(13));
        await tls.WriteAsync("x"u8.ToArray());
        await SettleAsync(bench, () => server.Handler.ReceivedLength == 1, "the byte");
        await _clock.AdvanceAsync(bench.Loop, s_deadlines.IdleTimeout + TimeSpan.FromMilliseconds(late));

        // One revolution of the wheel more than enough, and far from the write timeout.
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(1));
        raw.Dispose();
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.IdleTimeout));
    }

    [Test]
    public async Task A_peer_that_does_not_read_runs_into_the_write_timeout()
    {
        using Bench bench = CreateBench();
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint, receiveBuffer: 16 * 1024);
        _ = await raw.SecureAsync();
        TlsConnection connection = await server.AcceptedAsync();
        await SettleAsync(bench, () => connection.State == ConnectionState.Open, "the handshake");
        await FillAsync(bench, connection);
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(19));
        Assert.That(connection.State, Is.EqualTo(ConnectionState.Open), "after 19 s");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(2));
        raw.Reset();
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.WriteTimeout));
    }

    [Test]
    public async Task A_peer_that_does_not_answer_our_close_notify_runs_into_the_shutdown_timeout()
    {
        using Bench bench = CreateBench();
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        _ = await raw.SecureAsync();
        TlsConnection connection = await server.AcceptedAsync();
        await SettleAsync(bench, () => connection.State == ConnectionState.Open, "the handshake");
        connection.Close();
        await SettleAsync(bench, () => connection.State == ConnectionState.LocalClosed, "our close_notify");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(4));
        Assert.That(connection.Outcome, Is.Null, "after 4 s");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(1.1));
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.ShutdownTimeout));
    }

    [Test]
    public async Task A_peer_that_has_closed_TLS_but_never_closes_TCP_is_given_up_after_the_shutdown_timeout_at_the_latest()
    {
        using Bench bench = CreateBench();
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        await tls.ShutdownAsync();
        TlsConnection connection = await server.AcceptedAsync();
        await SettleAsync(bench, () => connection.State == ConnectionState.Closed, "close_notify both ways");

        // Where OpenSSL reads the socket itself, nobody knows that nothing is unread: only then is there something to wait for.
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(4));
        Assert.That(connection.Outcome, world.Transport == TransportKind.SocketFd ? Is.Null : Is.Not.Null, "after 4 s");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(1.1));
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.CloseNotify));
    }

    [Test]
    public async Task Infinite_deadlines_never_pass()
    {
        TimeSpan never = Timeout.InfiniteTimeSpan;
        using Bench bench = CreateBench(new TlsConnectionOptions { HandshakeTimeout = never, IdleTimeout = never, WriteTimeout = never, ShutdownTimeout = never });
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        TlsConnection connection = await server.AcceptedAsync();
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromDays(40));
        SslStream tls = await raw.SecureAsync();
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromDays(40));
        await tls.WriteAsync("still here"u8.ToArray());
        await SettleAsync(bench, () => server.Handler.ReceivedLength == 10, "the data");
        Assert.That(connection.State, Is.EqualTo(ConnectionState.Open));
    }

    private Bench CreateBench(TlsConnectionOptions? deadlines = null) => new(world, connection: deadlines ?? s_deadlines, loop: new EventLoopOptions { Clock = _clock });

    // The state is seen in the middle of a turn; the deadline that goes with it is set by the end of it.
    private async Task SettleAsync(Bench bench, Func<bool> condition, string what)
    {
        await Eventually.BecomesTrue(condition, what);
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.Zero);
    }

    // Until neither the kernel nor the queue takes more.
    private static async Task FillAsync(Bench bench, TlsConnection connection)
    {
        byte[] block = new byte[64 * 1024];
        long before = -1;
        while (true)
        {
            while (connection.TrySend(block) == SendResult.Queued)
            {
                // More.
            }

            if (connection.QueuedBytes == before) return;
            before = connection.QueuedBytes;

            // Two turns of the loop without the queue having moved: nothing will move it but the peer.
            for (int turn = 0; turn < 2; turn++)
            {
                var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                bench.Loop.Post(seen.SetResult);
                await seen.Task.WaitAsync(Bench.Deadline);
            }
        }
    }
}
