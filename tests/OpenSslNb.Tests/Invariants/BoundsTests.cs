using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Memory per connection is bounded, and whoever was refused is told when to go on.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class BoundsTests(World world)
{
    private static readonly TlsConnectionOptions s_bounded = new() { OutboundLimit = 96 * 1024, LowWaterMark = 32 * 1024, SendBuffer = 16 * 1024, ReceiveBuffer = 16 * 1024, CiphertextLimit = 32 * 1024 };

    [Test]
    public async Task A_peer_that_does_not_read_meets_a_full_queue_and_the_sender_is_told_when_it_has_drained()
    {
        var sender = new LowWaterHandler();
        using var bench = new Bench(world, connection: s_bounded);
        var reader = new RecordingHandler { Opened = connection => connection.PauseReading() };
        using TlsListener listener = bench.Listen(_ => sender);
        TlsConnection client = await bench.ConnectAsync(listener, reader);
        client.Send("go"u8);
        await Eventually.BecomesTrue(() => sender.Refused, "the queue is full");
        await bench.Loop.AskAsync(() => 0);
        Assert.That(sender.Low.IsCompleted, Is.False, "low water before the peer reads");
        client.ResumeReading();
        Assert.That(await sender.Low.WaitAsync(Bench.Deadline), Is.LessThanOrEqualTo(s_bounded.LowWaterMark), "queued when told");
        await Eventually.BecomesTrue(() => reader.ReceivedLength == sender.Accepted, "all that was accepted arrives");
        Assert.That(TlsCounters.Of(bench.Loop).HighestQueued, Is.LessThanOrEqualTo(s_bounded.OutboundLimit));
    }

    [Test]
    public async Task A_send_that_can_never_fit_is_refused_with_the_limit_in_the_message()
    {
        using var bench = new Bench(world, connection: s_bounded);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        ArgumentException? fault = Assert.Throws<ArgumentException>(() => client.TrySend(new byte[s_bounded.OutboundLimit + 1]));
        Assert.That(fault!.Message, Does.Contain($"{s_bounded.OutboundLimit}"));
        Assert.That(client.QueuedBytes, Is.Zero);
    }

    [Test]
    public async Task SendAsync_waits_for_room_in_call_order_and_sends_any_length()
    {
        using var bench = new Bench(world, connection: s_bounded);
        var reader = new RecordingHandler { Opened = connection => connection.PauseReading() };
        TlsConnection? accepted = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return reader;
        });
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        Task[] sends = [.. Enumerable.Range(0, 20).Select(i =>
        {
            byte[] message = new byte[100_000];
            Array.Fill(message, (byte)i);
            return client.SendAsync(message).AsTask();
        })];
        await Eventually.BecomesTrue(() => accepted?.State == ConnectionState.Open, "the server's handshake");
        Assert.That(sends[^1].IsCompleted, Is.False, "the last send while nobody reads");
        accepted!.ResumeReading();
        await Task.WhenAll(sends).WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => reader.ReceivedLength == 2_000_000, "everything arrives");
        Assert.That(reader.Received, Is.Ordered);
        Assert.That(TlsCounters.Of(bench.Loop).HighestQueued, Is.LessThanOrEqualTo(s_bounded.OutboundLimit));
    }

    [Test]
    public async Task A_cancelled_SendAsync_that_has_not_begun_sends_nothing()
    {
        using var bench = new Bench(world, connection: s_bounded);
        var reader = new RecordingHandler { Opened = connection => connection.PauseReading() };
        TlsConnection? accepted = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return reader;
        });
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        using var cancellation = new CancellationTokenSource();
        Task first = client.SendAsync(new byte[2_000_000]).AsTask();
        byte[] marked = new byte[1000];
        Array.Fill(marked, (byte)1);
        Task second = client.SendAsync(marked, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        Assert.That(async () => await second.WaitAsync(Bench.Deadline), Throws.InstanceOf<OperationCanceledException>());
        await Eventually.BecomesTrue(() => accepted?.State == ConnectionState.Open, "the server's handshake");
        accepted!.ResumeReading();
        await first.WaitAsync(Bench.Deadline);
        client.Close();
        await client.Closed.WaitAsync(Bench.Deadline);
        Assert.That(reader.Received, Has.Length.EqualTo(2_000_000).And.All.Zero);
    }

    [Test]
    public async Task A_turn_of_one_byte_makes_progress_all_the_same()
    {
        using var bench = new Bench(world, loop: new EventLoopOptions { BytesPerTurn = 1, HandshakesPerTurn = 1 });
        using DuplexPair first = await DuplexPair.StartAsync(bench, 1 << 20);
        using DuplexPair second = await DuplexPair.StartAsync(bench, 1 << 20);
        Assert.That(await first.EndAsync(), Is.Empty);
        Assert.That(await second.EndAsync(), Is.Empty);
    }

    [Test]
    public async Task Many_small_records_in_one_segment_are_all_delivered_without_another_event()
    {
        const int Count = 5000;
        using var bench = new Bench(world, loop: new EventLoopOptions { BytesPerTurn = 64 });
        var server = new RecordingHandler();
        using TlsListener listener = bench.Listen(_ => server);
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        using System.Net.Security.SslStream tls = await raw.SecureAsync();
        for (int i = 0; i < Count; i++) await tls.WriteAsync(new[] { (byte)i });
        await Eventually.BecomesTrue(() => server.ReceivedLength == Count, "every record");
        Assert.That(server.Received.Select((value, i) => value == (byte)i), Is.All.True);
    }

    // Sends until it is refused, and notes how much is queued when it is told to go on.
    private sealed class LowWaterHandler : TlsConnectionHandler
    {
        private readonly TaskCompletionSource<long> _low = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<long> Low => _low.Task;

        public bool Refused { get; private set; }

        public long Accepted { get; private set; }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            byte[] block = new byte[10_000];
            while (connection.TrySend(block) == SendResult.Queued) Accepted += block.Length;
            Refused = true;
        }

        public override void OnLowWater(TlsConnection connection) => _low.TrySetResult(connection.QueuedBytes);
    }
}
