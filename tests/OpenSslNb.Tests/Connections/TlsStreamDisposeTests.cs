using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Streams that are held back, cancelled and disposed in the middle of things.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class TlsStreamDisposeTests(World world)
{
    private const int OutboundLimit = 64 * 1024;

    private Bench _bench = null!;

    // Small buffers in the kernel too, so that a peer that does not read is felt soon.
    [SetUp]
    public void Begin() => _bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = OutboundLimit, SendBuffer = 32 * 1024, ReceiveBuffer = 32 * 1024 });

    [TearDown]
    public void End() => _bench.Dispose();

    [Test]
    public async Task Dispose_ends_a_waiting_read_and_later_calls_are_refused()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        TlsStream stream = await _bench.ConnectStreamAsync(listener);
        Task<int> reading = stream.ReadAsync(new byte[1]).AsTask();
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Bench.Deadline));
        Assert.Throws<ObjectDisposedException>(() => _ = stream.ReadAsync(new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => _ = stream.WriteAsync(new byte[1]));
        Assert.That(stream.CanRead || stream.CanWrite || stream.CanSeek, Is.False);
        Assert.That((await stream.Connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
    }

    [Test]
    public async Task What_was_written_goes_out_after_Dispose_and_close_notify_behind_it()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new RecordingHandler
        {
            PeerClosed = connection =>
            {
                closed.TrySetResult();
                connection.Close();
            },
        };
        using TlsListener listener = _bench.Listen(_ => server);
        TlsStream stream = await _bench.ConnectStreamAsync(listener);
        byte[] sent = new byte[OutboundLimit];
        new Random(6).NextBytes(sent);
        await stream.WriteAsync(sent);
        await stream.DisposeAsync();
        await closed.Task.WaitAsync(Bench.Deadline);
        Assert.That(server.Received.AsSpan().SequenceEqual(sent), Is.True);
        Assert.That((await stream.Connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
    }

    [Test]
    public async Task A_peer_that_does_not_read_holds_the_writer_back_and_memory_stays_bounded()
    {
        var server = new PausedHandler();
        using TlsListener listener = _bench.Listen(_ => server);
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        await server.Opened.WaitAsync(Bench.Deadline);
        byte[] sent = new byte[4 << 20];
        new Random(7).NextBytes(sent);
        Task writing = stream.WriteAsync(sent).AsTask();
        await Eventually.BecomesTrue(() => stream.Connection.QueuedBytes > OutboundLimit / 2, "the queue fills");
        Assert.That(writing.IsCompleted, Is.False, "more than every buffer on the way can hold");
        Assert.That(stream.Connection.QueuedBytes, Is.LessThanOrEqualTo(OutboundLimit));
        server.Resume();
        await writing.WaitAsync(Bench.Deadline);
        await stream.DisposeAsync();
        await Eventually.BecomesTrue(() => server.ReceivedLength == sent.Length, "all arrives");
        Assert.That(server.Received.AsSpan().SequenceEqual(sent), Is.True);
        Assert.That(TlsCounters.Of(_bench.Loop).HighestQueued, Is.LessThanOrEqualTo(OutboundLimit));
    }

    [Test]
    public async Task A_write_that_is_cancelled_half_queued_ends_the_connection()
    {
        var server = new PausedHandler();
        using TlsListener listener = _bench.Listen(_ => server);
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        await server.Opened.WaitAsync(Bench.Deadline);
        using var cancellation = new CancellationTokenSource();
        Task writing = stream.WriteAsync(new byte[4 << 20], cancellation.Token).AsTask();
        await Eventually.BecomesTrue(() => stream.Connection.QueuedBytes > 0, "half of it is queued");
        await cancellation.CancelAsync();
        OperationCanceledException? fault = await Assert.ThrowsAsync<OperationCanceledException>(() => writing.WaitAsync(Bench.Deadline));
        Assert.That(fault!.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That((await stream.Connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Aborted));
    }

    [Test]
    public async Task A_write_that_is_cancelled_before_its_first_byte_was_queued_does_no_harm()
    {
        var server = new PausedHandler();
        using TlsListener listener = _bench.Listen(_ => server);
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        await server.Opened.WaitAsync(Bench.Deadline);
        Task first = stream.WriteAsync(new byte[4 << 20]).AsTask();
        using var cancellation = new CancellationTokenSource();
        Task second = stream.WriteAsync(new byte[100], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => second.WaitAsync(Bench.Deadline));
        server.Resume();
        await first.WaitAsync(Bench.Deadline);
        await stream.DisposeAsync();
        Assert.That((await stream.Connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
        Assert.That(server.ReceivedLength, Is.EqualTo(4 << 20), "nothing of the second");
    }

    [Test]
    public async Task A_reader_that_is_slow_holds_the_peer_back_and_gets_everything()
    {
        byte[] sent = new byte[2 << 20];
        new Random(8).NextBytes(sent);
        var server = new RecordingHandler
        {
            Opened = connection => Task.Run(async () =>
            {
                await connection.SendAsync(sent);
                connection.Close();
            }),
        };
        using TlsListener listener = _bench.Listen(_ => server);
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        using var received = new MemoryStream();
        byte[] buffer = new byte[5000];
        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Bench.Deadline) is > 0 and int count)
        {
            received.Write(buffer, 0, count);
            await Task.Yield();
        }

        Assert.That(received.ToArray().AsSpan().SequenceEqual(sent), Is.True);
    }

    private sealed class PausedHandler : TlsConnectionHandler
    {
        private readonly TaskCompletionSource<TlsConnection> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly RecordingHandler _record = new();

        public Task Opened => _opened.Task;

        public byte[] Received => _record.Received;

        public long ReceivedLength => _record.ReceivedLength;

        public void Resume() => _opened.Task.Result.ResumeReading();

        public override void OnOpened(TlsConnection connection)
        {
            connection.PauseReading();
            _opened.SetResult(connection);
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => _record.OnReceived(connection, data);
    }
}
