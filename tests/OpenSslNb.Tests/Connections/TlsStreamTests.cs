using System.Net;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class TlsStreamTests(World world)
{
    private Bench _bench = null!;

    [SetUp]
    public void Begin() => _bench = new Bench(world);

    [TearDown]
    public void End() => _bench.Dispose();

    [Test]
    public async Task One_read_and_one_write_run_in_parallel()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        byte[] buffer = new byte[100];
        for (int i = 0; i < 20; i++)
        {
            ValueTask<int> reading = stream.ReadAsync(buffer);
            await stream.WriteAsync(new[] { (byte)i });
            Assert.That(await reading.AsTask().WaitAsync(Bench.Deadline), Is.EqualTo(1));
            Assert.That(buffer[0], Is.EqualTo(i));
        }
    }

    [Test]
    public async Task A_second_read_is_refused_and_the_first_goes_on()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        Task<int> first = stream.ReadAsync(new byte[1]).AsTask();
        Assert.Throws<InvalidOperationException>(() => _ = stream.ReadAsync(new byte[1]));
        await stream.WriteAsync("x"u8.ToArray());
        Assert.That(await first.WaitAsync(Bench.Deadline), Is.EqualTo(1));
    }

    [Test]
    public async Task A_read_that_is_cancelled_loses_nothing()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        byte[] buffer = new byte[8];
        for (int i = 0; i < 50; i++)
        {
            using var cancellation = new CancellationTokenSource();
            Task<int> reading = stream.ReadAsync(buffer, cancellation.Token).AsTask();

            // Before, during or after the arrival of the answer.
            await stream.WriteAsync(new[] { (byte)i });
            if (i % 2 == 0) await Task.Yield();
            await cancellation.CancelAsync();
            int count;
            try
            {
                count = await reading.WaitAsync(Bench.Deadline);
            }
            catch (OperationCanceledException e)
            {
                Assert.That(e.CancellationToken, Is.EqualTo(cancellation.Token));
                count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Bench.Deadline);
            }

            Assert.That(count, Is.EqualTo(1));
            Assert.That(buffer[0], Is.EqualTo(i));
        }
    }

    [Test]
    public async Task What_is_cancelled_already_does_nothing()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAsync<TaskCanceledException>(() => stream.ReadAsync(new byte[1], cancelled).AsTask());
        await Assert.ThrowsAsync<TaskCanceledException>(() => stream.WriteAsync("no"u8.ToArray(), cancelled).AsTask());
        await stream.WriteAsync("ok"u8.ToArray());
        byte[] answer = new byte[2];
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(answer, Is.EqualTo("ok"u8.ToArray()));
    }

    [Test]
    public async Task Zero_bytes_are_read_at_once_and_take_nothing()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        Assert.That(await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Bench.Deadline), Is.Zero);
        await stream.WriteAsync(ReadOnlyMemory<byte>.Empty);
        await stream.WriteAsync("x"u8.ToArray());
        byte[] buffer = new byte[2];
        Assert.That(await stream.ReadAsync(buffer).AsTask().WaitAsync(Bench.Deadline), Is.EqualTo(1));
    }

    [Test]
    public async Task Synchronous_calls_block_and_CopyTo_ends_at_close_notify()
    {
        using TlsListener listener = _bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        byte[] sent = new byte[300_000];
        new Random(5).NextBytes(sent);
        using var received = new MemoryStream();
        Task copying = Task.Factory.StartNew(() => stream.CopyTo(received), TaskCreationOptions.LongRunning);
        await Task.Factory.StartNew(
            () =>
            {
                stream.Write(sent, 0, 100_000);
                stream.Write(sent.AsSpan(100_000));
                stream.Flush();
                stream.CloseWrite();
            },
            TaskCreationOptions.LongRunning).WaitAsync(Bench.Deadline);
        await copying.WaitAsync(Bench.Deadline);
        Assert.That(received.ToArray().AsSpan().SequenceEqual(sent), Is.True);
    }

    [Test]
    public async Task After_close_notify_reads_give_zero_again_and_again_and_writing_goes_on()
    {
        var server = new RecordingHandler { Opened = c => c.CloseWrite() };
        using TlsListener listener = _bench.Listen(_ => server);
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        for (int i = 0; i < 3; i++) Assert.That(await stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Bench.Deadline), Is.Zero);
        await stream.WriteAsync("still here"u8.ToArray());
        await Eventually.BecomesTrue(() => server.ReceivedLength == 10, "the other direction moves");
    }

    [Test]
    public async Task A_stream_that_is_cut_short_gives_what_came_and_then_a_fault()
    {
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler { Opened = c => c.Send("part"u8) });
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        await Eventually.BecomesTrue(() => stream.Connection.State == ConnectionState.Open, "open");
        byte[] buffer = new byte[4];
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(Bench.Deadline);
        Task<int> reading = stream.ReadAsync(buffer).AsTask();
        stream.Connection.Dispose();
        TlsClosedException? fault = await Assert.ThrowsAsync<TlsClosedException>(() => reading.WaitAsync(Bench.Deadline));
        Assert.That(fault!.Outcome!.Reason, Is.EqualTo(CloseReason.Disposed));
        await Assert.ThrowsAsync<TlsClosedException>(() => stream.ReadAsync(buffer).AsTask().WaitAsync(Bench.Deadline), "and again");
        await Assert.ThrowsAsync<TlsClosedException>(() => stream.WriteAsync(buffer).AsTask().WaitAsync(Bench.Deadline));
    }

    [Test]
    public async Task A_peer_that_goes_without_close_notify_is_no_end_of_data()
    {
        using TlsListener listener = _bench.Listen(_ => new DisposeOnData());
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        await stream.WriteAsync("go"u8.ToArray());
        TlsClosedException? fault = await Assert.ThrowsAsync<TlsClosedException>(() => stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline));
        Assert.That(fault!.Outcome!.Reason, Is.EqualTo(CloseReason.Truncated).Or.EqualTo(CloseReason.Reset));
    }

    [Test]
    public async Task After_CloseWrite_writes_are_refused_and_reads_go_on()
    {
        using TlsListener listener = _bench.Listen(_ => new RecordingHandler
        {
            PeerClosed = c =>
        {
            c.Send("bye"u8);
            c.Close();
        }
        });
        await using TlsStream stream = await _bench.ConnectStreamAsync(listener);
        stream.CloseWrite();
        TlsClosedException? fault = await Assert.ThrowsAsync<TlsClosedException>(() => stream.WriteAsync("x"u8.ToArray()).AsTask());

        // Only this direction is closed, unless the peer has answered already.
        Assert.That(fault!.Outcome?.Reason ?? CloseReason.CloseNotify, Is.EqualTo(CloseReason.CloseNotify));
        using var reader = new StreamReader(stream);
        Assert.That(await reader.ReadToEndAsync().WaitAsync(Bench.Deadline), Is.EqualTo("bye"));
    }

    [Test]
    public async Task Listen_gives_streams_and_disposes_them_behind_their_task()
    {
        using TlsListener listener = TlsStream.Listen(_bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), _bench.Server, async stream => await stream.CopyToAsync(stream), Options());
        await using TlsStream client = await _bench.ConnectStreamAsync(listener);
        await client.WriteAsync("echo"u8.ToArray());
        client.CloseWrite();
        using var reader = new StreamReader(client, leaveOpen: true);
        Assert.That(await reader.ReadToEndAsync().WaitAsync(Bench.Deadline), Is.EqualTo("echo"));
        await client.DisposeAsync();
        Assert.That((await client.Connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
        await Eventually.BecomesTrue(() => listener.ConnectionCount == 0, "the server's side ends too");
    }

    [Test]
    public async Task An_accepted_task_that_throws_aborts_its_connection_and_is_reported()
    {
        var thrown = new InvalidOperationException("the service is broken");
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Loop.UnhandledCallbackException += e => reported.TrySetResult(e);
        using TlsListener listener = TlsStream.Listen(_bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), _bench.Server, async stream =>
        {
            await stream.ReadExactlyAsync(new byte[1]);
            throw thrown;
        }, Options());
        await using TlsStream client = await _bench.ConnectStreamAsync(listener);
        await client.WriteAsync("x"u8.ToArray());
        TlsClosedException? fault = await Assert.ThrowsAsync<TlsClosedException>(() => client.ReadAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline));
        Assert.That(fault!.Outcome!.Reason, Is.EqualTo(CloseReason.Reset));
        Assert.That(await reported.Task.WaitAsync(Bench.Deadline), Is.SameAs(thrown));
    }

    private TlsListenerOptions Options() => new() { Connection = _bench.Connection };

    private sealed class DisposeOnData : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Dispose();
    }
}
