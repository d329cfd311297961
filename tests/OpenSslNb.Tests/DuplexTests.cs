using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests;

[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class DuplexTests(World world)
{
    [Test]
    public async Task Four_megabytes_go_out_and_come_back_unharmed_at_the_same_time()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await bench.ConnectStreamAsync(listener);
        byte[] sent = new byte[4 << 20];
        new Random(1).NextBytes(sent);
        Task writing = Task.Run(async () =>
        {
            await stream.WriteAsync(sent);
            stream.CloseWrite();
        });
        byte[] received = await ReadToEndAsync(stream).WaitAsync(Bench.Deadline);
        await writing.WaitAsync(Bench.Deadline);
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"{received.Length} bytes came back");
        stream.Dispose();
        CloseOutcome outcome = await stream.Connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }

    [Test]
    public async Task The_handshake_agrees_on_the_protocol_and_the_name_is_checked()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        await using TlsStream stream = await bench.ConnectStreamAsync(listener);
        Assert.That(stream.Connection.Info!.Protocol, Is.EqualTo(world.Protocol));
        Assert.That(stream.Connection.Info.VerificationError, Is.Null);

        var wrongName = new TlsConnectOptions { ServerName = "example.org", Connection = bench.Connection };
        TlsConnectException? fault = await Assert.ThrowsAsync<TlsConnectException>(() => TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, bench.Client, wrongName));
        Assert.That(fault!.Outcome.Reason, Is.EqualTo(CloseReason.VerificationFailed), fault.ToString());
    }

    [Test]
    public async Task Sends_from_many_threads_keep_each_threads_order()
    {
        const int Threads = 4;
        const int Messages = 2000;
        var server = new RecordingHandler();
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => server);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (int i = 0; i < Messages; i++) await client.SendAsync(BitConverter.GetBytes((thread << 24) | i));
        }))).WaitAsync(Bench.Deadline);
        client.Close();
        await client.Closed.WaitAsync(Bench.Deadline);
        int[] next = new int[Threads];
        byte[] received = server.Received;
        Assert.That(received, Has.Length.EqualTo(Threads * Messages * sizeof(int)));
        for (int i = 0; i < received.Length; i += sizeof(int))
        {
            int message = BitConverter.ToInt32(received, i);
            Assert.That(message & 0xFFFFFF, Is.EqualTo(next[message >> 24]++), "order of a thread");
        }
    }

    [Test]
    public async Task After_the_peers_close_notify_what_is_queued_still_goes_out()
    {
        byte[] farewell = new byte[3 << 20];
        new Random(2).NextBytes(farewell);
        var server = new RecordingHandler
        {
            PeerClosed = connection => Task.Run(async () =>
            {
                await connection.SendAsync(farewell);
                connection.Close();
            }),
        };
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => server);
        await using TlsStream stream = await bench.ConnectStreamAsync(listener);
        stream.CloseWrite();
        byte[] received = await ReadToEndAsync(stream).WaitAsync(Bench.Deadline);
        Assert.That(received.AsSpan().SequenceEqual(farewell), Is.True);
    }

    [Test]
    public async Task A_callback_that_throws_ends_its_own_connection_only()
    {
        int count = 0;
        var closed = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(connection =>
        {
            if (Interlocked.Increment(ref count) > 1) return new EchoHandler();
            connection.Closed.ContinueWith(t => closed.TrySetResult(t.Result), TaskScheduler.Default);
            return new RecordingHandler { ThrowOnData = true };
        });
        TlsConnection first = await bench.ConnectAsync(listener, new RecordingHandler());
        await using TlsStream second = await bench.ConnectStreamAsync(listener);
        first.Send("x"u8);
        CloseOutcome outcome = await closed.Task.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(outcome.Exception!.Message, Is.EqualTo("the application is broken"));
        await second.WriteAsync("ping"u8.ToArray());
        byte[] answer = new byte[4];
        await second.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(answer, Is.EqualTo("ping"u8.ToArray()));
    }

    [Test]
    public async Task Abort_is_seen_as_a_reset_and_dispose_as_a_truncation_or_reset()
    {
        var server = new RecordingHandler();
        using var bench = new Bench(world);
        TlsConnection? accepted = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return server;
        });
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        await Eventually.BecomesTrue(() => accepted?.Info is not null, "the server's handshake");
        client.Abort();
        Assert.That((await client.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Aborted));
        Assert.That((await accepted!.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Reset));

        client = await bench.ConnectAsync(listener, new RecordingHandler());
        await Eventually.BecomesTrue(() => accepted?.Info is not null && accepted.Outcome is null, "the server's handshake");
        client.Dispose();
        client.Dispose();
        Assert.That((await client.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Disposed));
        Assert.That((await accepted!.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Truncated).Or.EqualTo(CloseReason.Reset));
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
