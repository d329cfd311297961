using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Close, abort and dispose at any moment, from any thread, from inside any callback; objects are freed when no call is on the stack.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
[NonParallelizable]
public sealed class DisposalTests(World world)
{
    public enum Moment
    {
        Opened,
        Received,
        LowWater,
        PeerClosed,
        Closed,
    }

    [Test]
    public async Task A_connection_may_be_ended_inside_every_callback_and_tells_its_end_once([Values] Moment moment, [Values("Dispose", "Abort", "Close")] string how)
    {
        Holdings before = await SteadyHoldingsAsync();
        using (var bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = 64 * 1024, LowWaterMark = 16 * 1024 }))
        {
            var handler = new EndingHandler(moment, how);
            using var server = new ClosingServer(bench, new RecordingHandler { PeerClosed = connection => connection.Close() });
            try
            {
                TlsConnection client = await bench.ConnectAsync(server.Listener, handler);

                // Something for each of the moments to happen.
                TlsConnection accepted = await server.AcceptedAsync();
                _ = accepted.TrySend("hello"u8);
                if (moment is Moment.PeerClosed or Moment.Closed) accepted.CloseWrite();
                if (moment == Moment.Closed) client.Close();
            }
            catch (TlsConnectException e) when (moment == Moment.Opened)
            {
                // The handler was faster than the one who waits for the connection.
                Assert.That(e.Outcome.Reason, Is.AnyOf(CloseReason.Disposed, CloseReason.Aborted, CloseReason.CloseNotify));
            }

            await handler.Closed.WaitAsync(Bench.Deadline);
            await server.EndAsync();
            Assert.That(handler.ClosedCount, Is.EqualTo(1));
            Assert.That(handler.AfterClosed, Is.Zero, "callbacks behind the last one");
            Assert.That(bench.Unhandled, Is.Empty);
        }

        await Holdings.ReturnToAsync(before);
    }

    [Test]
    public async Task A_callback_that_throws_ends_its_connection_with_what_it_threw([Values(Moment.Opened, Moment.Received, Moment.LowWater, Moment.PeerClosed)] Moment moment)
    {
        using var bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = 64 * 1024, LowWaterMark = 16 * 1024 });
        var handler = new EndingHandler(moment, "Throw");
        using TlsListener listener = bench.Listen(_ => handler);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        _ = client.TrySend("hello"u8);
        if (moment == Moment.PeerClosed) client.CloseWrite();
        CloseOutcome outcome = await handler.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CallbackFailed), outcome.ToString());
        Assert.That(outcome.Exception, Is.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task A_handler_factory_that_throws_ends_the_connection_that_it_was_asked_for_and_no_other()
    {
        TlsConnection? refused = null;
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(connection =>
        {
            if (refused is not null) return new EchoHandler();
            refused = connection;
            throw new InvalidDataException("no handler");
        });
        await Assert.ThrowsAsync<TlsConnectException>(() => bench.ConnectAsync(listener, new RecordingHandler()));
        CloseOutcome outcome = await refused!.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(bench.Unhandled.Single(), Is.TypeOf<InvalidDataException>());
        TlsConnection second = await bench.ConnectAsync(listener, new RecordingHandler());
        second.Close();
    }

    [Test]
    public async Task An_exception_in_the_last_callback_reaches_the_loops_event()
    {
        using var bench = new Bench(world);
        var handler = new EndingHandler(Moment.Closed, "Throw");
        using TlsListener listener = bench.Listen(_ => handler);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        client.Close();
        await client.Closed.WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => bench.Unhandled.OfType<InvalidDataException>().Any(), "the exception is reported");
    }

    [Test]
    public async Task A_context_may_be_disposed_while_its_connections_live_and_while_a_listener_uses_it()
    {
        Holdings before = await SteadyHoldingsAsync();
        using (var bench = new Bench(world))
        {
            using DuplexPair first = await DuplexPair.StartAsync(bench, 2 << 20);
            using TlsListener listener = bench.Listen(_ => new EchoHandler());
            bench.Client.Dispose();
            bench.Server.Dispose();
            bench.Certificate.Dispose();
            Assert.That(await first.EndAsync(), Is.Empty);
        }

        await Holdings.ReturnToAsync(before);
    }

    // What the process holds once what earlier tests have left behind is gone.
    private static async Task<Holdings> SteadyHoldingsAsync()
    {
        using (new Bench(World.All.First()))
        {
            // Whatever is made once per process is made now.
        }

        await Eventually.BecomesTrue(() => Holdings.Now() is { Ssl: 0, Bios: 0, Contexts: 0 }, "earlier tests are over");
        return Holdings.Now();
    }

    // Ends its connection, or throws, at one moment; provokes the low-water mark by itself.
    private sealed class EndingHandler(Moment moment, string how) : TlsConnectionHandler
    {
        private readonly TaskCompletionSource<CloseOutcome> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _closedCount;
        private int _afterClosed;

        public Task<CloseOutcome> Closed => _closed.Task;

        public int ClosedCount => _closedCount;

        public int AfterClosed => _afterClosed;

        public override void OnOpened(TlsConnection connection) => At(Moment.Opened, connection);

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            At(Moment.Received, connection);
            byte[] block = new byte[10_000];
            while (moment == Moment.LowWater && connection.TrySend(block) == SendResult.Queued)
            {
                // Until it is refused.
            }
        }

        public override void OnLowWater(TlsConnection connection) => At(Moment.LowWater, connection);

        public override void OnPeerClosed(TlsConnection connection)
        {
            At(Moment.PeerClosed, connection);
            connection.Close();
        }

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
        {
            Interlocked.Increment(ref _closedCount);
            _closed.TrySetResult(outcome);
            At(Moment.Closed, connection);
        }

        private void At(Moment now, TlsConnection connection)
        {
            if (now != Moment.Closed && _closedCount > 0) Interlocked.Increment(ref _afterClosed);
            if (now != moment) return;
            switch (how)
            {
                case "Dispose":
                    connection.Dispose();
                    break;
                case "Abort":
                    connection.Abort();
                    break;
                case "Close":
                    connection.Close();
                    break;
                default:
                    throw new InvalidDataException("the application is broken");
            }
        }
    }
}
