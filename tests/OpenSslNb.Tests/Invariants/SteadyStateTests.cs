using NUnit.Framework;
using OpenSslNb.Connections;
using OpenSslNb.Engine;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>In steady state nothing is allocated per operation, and who has nothing to do does nothing.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
[NonParallelizable]
public sealed class SteadyStateTests(World world)
{
    [TestCase(100)]
    [TestCase(60_000)]
    public async Task Sending_and_receiving_allocate_nothing(int length)
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoBack());
        var rally = new Rally(length, warmUp: 300, rounds: 2000, stretches: 3);
        TlsConnection client = await bench.ConnectAsync(listener, rally);
        long allocated = await rally.Allocated.WaitAsync(Bench.Deadline);
        Assert.That(allocated, Is.Zero, "bytes on the loop's thread, both sides, in the best of the stretches of 2000 rounds");
        client.Close();
    }

    [Test]
    public async Task Sending_from_another_thread_allocates_nothing_there()
    {
        using var bench = new Bench(world);
        var server = new CountingHandler();
        using TlsListener listener = bench.Listen(_ => server);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        byte[] message = new byte[200];
        long sent = 0;
        GrowPool(bench.Loop);
        SendMany(300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SendMany(100_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // The runtime makes the event that a contended lock waits on when it first needs it: once, and not per operation.
        Assert.That(allocated, Is.LessThan(50_000), "bytes in 100,000 sends");
        await Eventually.BecomesTrue(() => server.Received == Interlocked.Read(ref sent), "everything arrives");

        void SendMany(int count)
        {
            for (int i = 0; i < count;)
            {
                if (client.TrySend(message) != SendResult.Queued) continue;
                i++;
                sent += message.Length;
            }
        }
    }

    [Test]
    public async Task Idle_connections_give_their_loop_nothing_to_do()
    {
        const int Connections = 20;
        using var bench = new Bench(world);
        using var other = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        using TlsListener busy = other.Listen(_ => new EchoBack());
        var open = new List<TlsConnection>();
        for (int i = 0; i < Connections; i++) open.Add(await bench.ConnectAsync(listener, new RecordingHandler()));

        // One that has paused while its peer has sent: readable, and not to be read.
        var paused = new RecordingHandler();
        TlsConnection held = await bench.ConnectAsync(listener, paused);
        held.PauseReading();
        held.Send(new byte[100_000]);
        await SettleAsync(bench.Loop);
        long before = await bench.Loop.TurnsAsync();

        // Another loop is busy meanwhile.
        var rally = new Rally(1000, warmUp: 0, rounds: 5000);
        await other.ConnectAsync(busy, rally);
        await rally.Allocated.WaitAsync(Bench.Deadline);

        // The question itself is one turn; a timer of the wheel may be another.
        Assert.That(await bench.Loop.TurnsAsync() - before, Is.LessThanOrEqualTo(3), "turns of the idle loop");
        Assert.That(paused.ReceivedLength, Is.Zero);
        held.ResumeReading();
        await Eventually.BecomesTrue(() => paused.ReceivedLength == 100_000, "what was held comes");
    }

    // To what the queue can hold at most, as it would by itself in time.
    private static void GrowPool(EventLoop loop)
    {
        ChunkPool pool = LoopResources.Of(loop).Chunks;
        OutboundChunk[] chunks = [.. Enumerable.Range(0, 256).Select(_ => pool.Rent())];
        Array.ForEach(chunks, pool.Return);
    }

    // Until the loop has nothing more to do.
    private static async Task SettleAsync(EventLoop loop)
    {
        long turns;
        do
        {
            turns = await loop.TurnsAsync();
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            await pause.WaitForNextTickAsync();
        }
        while (await loop.TurnsAsync() - turns > 1);
    }

    private sealed class EchoBack : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Send(data);
    }

    private sealed class CountingHandler : TlsConnectionHandler
    {
        private long _received;

        public long Received => Interlocked.Read(ref _received);

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => Interlocked.Add(ref _received, data.Length);
    }

    // Sends a message when the one before has come back; measures what its thread allocates in the rounds after the warm-up. What is allocated per operation shows in each stretch of rounds;
    // what the runtime allocates once on this thread, when it first meets a path or compiles it anew, shows in one of them at most.
    private sealed class Rally(int length, int warmUp, int rounds, int stretches = 1) : TlsConnectionHandler
    {
        private readonly byte[] _message = new byte[length];
        private readonly TaskCompletionSource<long> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _stretch;
        private long _least = long.MaxValue;
        private int _back;
        private int _round;
        private long _before;

        public Task<long> Allocated => _allocated.Task;

        public override void OnOpened(TlsConnection connection) => connection.Send(_message);

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            _back += data.Length;
            if (_back < length) return;
            _back = 0;
            if (_round == warmUp) _before = GC.GetAllocatedBytesForCurrentThread();
            if (_round++ == warmUp + rounds) EndStretch();
            if (_stretch < stretches) connection.Send(_message);
        }

        private void EndStretch()
        {
            _least = Math.Min(_least, GC.GetAllocatedBytesForCurrentThread() - _before);
            _round = warmUp;
            if (++_stretch == stretches) _allocated.SetResult(_least);
        }
    }
}
