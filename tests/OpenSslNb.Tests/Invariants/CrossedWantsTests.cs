using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>A read that wants to write, a write that wants to read: on the real thing, in full duplex.</summary>
public sealed class CrossedWantsTests
{
    private const long Length = 6 << 20;

    // Small everywhere, so that the sending side is blocked nearly always.
    private static readonly TlsConnectionOptions s_tight = new() { SendBuffer = 16 * 1024, ReceiveBuffer = 16 * 1024, CiphertextLimit = 20 * 1024, OutboundLimit = 128 * 1024, LowWaterMark = 64 * 1024 };

    private static IEnumerable<World> Tls12 => World.All.Where(w => w.Protocol == TlsProtocol.Tls12);

    private static IEnumerable<World> Tls13 => World.All.Where(w => w.Protocol == TlsProtocol.Tls13);

    private static IEnumerable<World> Buffered13 => Tls13.Where(w => w.Transport == TransportKind.Buffered);

    [TestCaseSource(nameof(Tls12))]
    public async Task A_renegotiation_by_the_peer_amid_bulk_data_both_ways_while_our_sending_is_blocked_harms_nothing(World world)
    {
        using var bench = new Bench(world, allowRenegotiation: true, connection: s_tight);
        using DuplexPair pair = await DuplexPair.StartAsync(bench, Length, TransportKind.Buffered);
        TlsConnection client = await pair.Client.Opened;
        TlsConnection server = await pair.Server.Opened;
        for (int round = 0; round < 8 && pair.Client.Received < Length / 2; round++)
        {
            await BlockSendingOf(server, client);
            client.Renegotiate();
            client.ResumeReading();
            long before = pair.Client.Received;
            await Eventually.BecomesTrue(() => pair.Client.Received > before + (256 * 1024) || pair.Client.Received == Length, "data flows again");
        }

        Assert.That(await pair.EndAsync(), Is.Empty);
        Assert.That(TlsCounters.Of(bench.Loop).WriteWantedRead, Is.GreaterThan(0), "writes that wanted to read");
    }

    [TestCaseSource(nameof(Tls12))]
    public async Task A_renegotiation_by_the_server_amid_bulk_data_both_ways_harms_nothing(World world)
    {
        using var bench = new Bench(world, allowRenegotiation: true, connection: s_tight);
        using DuplexPair pair = await DuplexPair.StartAsync(bench, Length, TransportKind.Buffered);
        TlsConnection server = await pair.Server.Opened;
        TlsConnection client = await pair.Client.Opened;
        int asked = 0;
        for (long mark = Length / 8; mark < Length; mark += Length / 8)
        {
            await Eventually.BecomesTrue(() => pair.Client.Received >= mark, "data flows");

            // Asked while the peer does not read, and with more to come than all buffers hold: the close behind the last byte cannot meet a renegotiation that it would cut off.
            client.PauseReading();
            if (pair.Client.Received > Length - (512 * 1024)) break;
            server.Renegotiate();
            client.ResumeReading();
            asked++;
        }

        client.ResumeReading();
        Assert.That(asked, Is.Positive);

        Assert.That(await pair.EndAsync(), Is.Empty);
    }

    [TestCaseSource(nameof(Tls13))]
    public async Task A_KeyUpdate_that_asks_for_ours_while_we_cannot_write_is_answered_later_and_harms_nothing(World world)
    {
        using var bench = new Bench(world, connection: s_tight);
        using DuplexPair pair = await DuplexPair.StartAsync(bench, Length, TransportKind.Buffered);
        TlsConnection client = await pair.Client.Opened;
        TlsConnection server = await pair.Server.Opened;
        for (int round = 0; round < 8 && pair.Client.Received < Length / 2; round++)
        {
            await BlockSendingOf(server, client);
            for (int i = 0; i < 5; i++) client.UpdateKeys(requestPeer: true);
            long sent = pair.Server.Received;

            // On the buffered transport the server goes on reading although it cannot write.
            if (world.Transport == TransportKind.Buffered) await Eventually.BecomesTrue(() => pair.Server.Received > sent + (32 * 1024) || pair.Server.Received == Length, "the server reads on");
            client.ResumeReading();
            long before = pair.Client.Received;
            await Eventually.BecomesTrue(() => pair.Client.Received > before + (256 * 1024) || pair.Client.Received == Length, "data flows again");
        }

        Assert.That(await pair.EndAsync(), Is.Empty);
    }

    [TestCaseSource(nameof(Tls13))]
    public async Task A_KeyUpdate_of_ours_finds_its_place_between_two_records_of_a_sender_that_is_always_blocked(World world)
    {
        var trace = new RecordingTrace();
        using var bench = new Bench(world, connection: s_tight with { Trace = trace });
        var server = new DuplexPeer(0, Length, expected: 0) { LowWater = connection => connection.UpdateKeys() };
        using TlsListener listener = bench.Listen(connection =>
        {
            // No read comes between the records either.
            connection.PauseReading();
            return server;
        });
        var client = new DuplexPeer(~0, 0, Length);
        await bench.ConnectAsync(listener, client, TransportKind.Buffered);
        Assert.That((await client.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
        Assert.That(client.Faults, Is.Empty);
        TlsTraceStep[] steps = [.. trace.Of(await server.Opened).Where(s => s.Step.IsDone)];
        int lastWrite = Array.FindLastIndex(steps, s => s.Operation == SslOperation.Write);
        int amidWrites = steps.Take(lastWrite).Count(s => s is { Operation: SslOperation.Handshake, Before: ConnectionState.Open });
        Assert.That(amidWrites, Is.GreaterThanOrEqualTo(10), $"KeyUpdates between the records, of {server.LowWaters} asked for");
    }

    [TestCaseSource(nameof(Buffered13))]
    public async Task A_flood_of_KeyUpdate_requests_from_a_peer_that_does_not_read_makes_our_reading_wait_for_writability_and_go_on_after(World world)
    {
        using var bench = new Bench(world, connection: s_tight);
        var server = new DuplexPeer(0, Length, expected: 0);
        using TlsListener listener = bench.Listen(_ => server);
        var quiet = new DuplexPeer(~0, 0, Length);
        TlsConnection client = await bench.ConnectAsync(listener, new SilentPeer(quiet));
        client.PauseReading();
        await server.Opened.WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() =>
        {
            client.UpdateKeys(requestPeer: true);
            return TlsCounters.Of(bench.Loop).ReadWantedWrite > 0;
        }, "a read wants to write");
        client.ResumeReading();
        await Eventually.BecomesTrue(() => quiet.Received == Length, "everything arrives");
        Assert.That(quiet.Faults, Is.Empty);
    }

    [TestCaseSource(nameof(Buffered13))]
    public async Task Two_sides_that_flood_each_other_with_KeyUpdate_requests_and_pause_reading_do_not_deadlock(World world)
    {
        using var bench = new Bench(world, connection: s_tight);
        using DuplexPair pair = await DuplexPair.StartAsync(bench, Length);
        TlsConnection[] sides = [await pair.Client.Opened, await pair.Server.Opened];
        for (int round = 0; round < 5; round++)
        {
            foreach (TlsConnection side in sides) side.PauseReading();
            await FloodAsync(bench.Loop, sides, 1500);
            foreach (TlsConnection side in sides) side.ResumeReading();
        }

        Assert.That(await pair.EndAsync(), Is.Empty);
    }

    [TestCaseSource(nameof(Tls12))]
    public async Task While_reading_is_paused_a_renegotiation_reads_into_the_bounded_buffer_and_writing_goes_on(World world)
    {
        byte[] early = new byte[24 * 1024];
        new Random(3).NextBytes(early);
        var server = new RecordingHandler();
        var opened = new TaskCompletionSource<TlsConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var bench = new Bench(world, allowRenegotiation: true, connection: s_tight with { InboundLimit = 64 * 1024 });
        using TlsListener listener = bench.Listen(connection =>
        {
            opened.TrySetResult(connection);
            return server;
        });
        var received = new RecordingHandler();
        TlsConnection client = await bench.ConnectAsync(listener, received, TransportKind.Buffered);
        TlsConnection accepted = await opened.Task.WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => accepted.State == ConnectionState.Open, "the server's handshake");
        accepted.PauseReading();

        // Data, then the ClientHello behind it: only reading the one brings the other.
        client.Send(early);
        client.Renegotiate();
        client.Send("after"u8);
        byte[] bulk = new byte[3 << 20];
        await accepted.SendAsync(bulk).AsTask().WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => received.ReceivedLength == bulk.Length, "the paused server's data arrives");
        Assert.That(server.ReceivedLength, Is.Zero, "bytes delivered while paused");
        accepted.ResumeReading();
        await Eventually.BecomesTrue(() => server.ReceivedLength == early.Length + 5, "what was kept is delivered");
        Assert.That(server.Received.AsSpan().SequenceEqual([.. early, .. "after"u8]), Is.True);
    }

    [TestCaseSource(nameof(Tls12))]
    public async Task A_renegotiation_asked_for_after_the_peers_close_notify_does_not_hold_up_what_is_queued(World world)
    {
        using var bench = new Bench(world, allowRenegotiation: true);
        var server = new RecordingHandler { Opened = connection => connection.CloseWrite() };
        using TlsListener listener = bench.Listen(_ => server);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler
        {
            PeerClosed = connection =>
            {
                connection.Renegotiate();
                connection.Send("late"u8);
                connection.Close();
            },
        });
        CloseOutcome outcome = await client.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
        await Eventually.BecomesTrue(() => server.ReceivedLength == 4, "what was sent after the peer's close_notify");
    }

    [TestCaseSource(nameof(Tls12))]
    public async Task Close_in_the_middle_of_a_renegotiation_that_the_peer_never_answers_ends_by_the_shutdown_timeout(World world)
    {
        using var bench = new Bench(world, allowRenegotiation: true, connection: s_tight with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        using TlsListener listener = bench.Listen(connection =>
        {
            connection.PauseReading();
            return new RecordingHandler();
        });
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        client.Renegotiate();
        client.Close();
        CloseOutcome outcome = await client.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ShutdownTimeout), outcome.ToString());
    }

    // The peer stops reading until our queue stays full.
    private static async Task BlockSendingOf(TlsConnection blocked, TlsConnection peer)
    {
        peer.PauseReading();
        await Eventually.BecomesTrue(() => blocked.QueuedBytes > s_tight.LowWaterMark || blocked.State != ConnectionState.Open, "the sender is blocked");
    }

    // One request a turn: those of one turn are taken together.
    private static Task FloodAsync(EventLoop loop, TlsConnection[] sides, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Next(count);
        return done.Task.WaitAsync(Bench.Deadline);

        void Next(int left)
        {
            foreach (TlsConnection side in sides) side.UpdateKeys(requestPeer: true);
            if (left == 0) done.TrySetResult();
            else loop.Post(() => Next(left - 1));
        }
    }

    // Receives and checks, but never sends.
    private sealed class SilentPeer(DuplexPeer checker) : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => checker.OnReceived(connection, data);
    }
}
