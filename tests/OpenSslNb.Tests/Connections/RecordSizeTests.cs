using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>How large records are, how many a key encrypts, how often the peer may renegotiate, and what a connection says of itself.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class RecordSizeTests(World world)
{
    private static readonly byte[] s_data = new byte[256 * 1024];

    [TestCase(512)]
    [TestCase(5_000)]
    [TestCase(16_384)]
    public async Task No_record_is_larger_than_told(int maximum)
    {
        using var bench = new Bench(world, connection: new TlsConnectionOptions { MaximumRecord = maximum });
        (TlsConnectionStatistics sender, _) = await SendAsync(bench, bench.Client);
        Assert.That(sender.RecordsSent, Is.GreaterThanOrEqualTo((s_data.Length + maximum - 1) / maximum).And.LessThan(2 * (s_data.Length / maximum) + 4));
    }

    [Test]
    public async Task What_the_client_asks_for_holds_for_both()
    {
        using var bench = new Bench(world);
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)bench.Client.Options with { MaximumFragmentLength = 1024 });
        (TlsConnectionStatistics sender, TlsConnectionInfo info) = await SendAsync(bench, client);
        Assert.That(info.MaximumFragmentLength, Is.EqualTo(1024));
        Assert.That(sender.RecordsSent, Is.GreaterThanOrEqualTo(s_data.Length / 1024));
    }

    [Test]
    public async Task Small_records_come_first_and_large_ones_when_the_stream_is_hot()
    {
        using var bench = new Bench(world, connection: new TlsConnectionOptions { SmallRecordsFirst = true });
        (TlsConnectionStatistics sender, _) = await SendAsync(bench, bench.Client);

        // 64 KiB in records of 1,360 bytes, and the rest in large ones; where one send ends and the next begins there may be one more.
        Assert.That(sender.RecordsSent, Is.InRange((64 * 1024 / 1360) + 12, (64 * 1024 / 1360) + 40));
    }

    [Test]
    public void Lengths_that_cannot_be_are_refused()
    {
        using var bench = new Bench(world);
        Assert.That(() => new TlsConnectionOptions { MaximumRecord = 511 }.Validated(), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contain("512"));
        Assert.That(() => new TlsConnectionOptions { MaximumRecord = 16_385 }.Validated(), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contain("16384"));
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { MaximumFragmentLength = 1000 }).Dispose(), Throws.ArgumentException.With.Message.Contain("1000"));
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { MaximumFragmentLength = 0 }).Dispose(), Throws.ArgumentException.With.Message.Contain("MaximumFragmentLength"));
    }

    [Test]
    public async Task Keys_are_renewed_after_so_many_records_in_either_direction()
    {
        using var bench = new Bench(world);
        var asked = new KeyUpdates();
        var connection = bench.Connection with { MaximumRecord = 512, RecordsPerKey = 100, Trace = asked };
        var sink = new RecordingHandler();
        using TlsListener listener = bench.Listen(_ => sink);
        using TlsConnection client = await TlsConnector.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, bench.Client, new RecordingHandler(), new TlsConnectOptions { Connection = connection }).WaitAsync(Bench.Deadline);
        await client.SendAsync(s_data);
        await Eventually.BecomesTrue(() => sink.ReceivedLength == s_data.Length, "all of it arrives");
        Assert.That(asked.Count, world.Protocol == TlsProtocol.Tls13 ? Is.GreaterThan(0).And.LessThanOrEqualTo(6) : Is.Zero);
        Assert.That(sink.Received, Is.EqualTo(s_data));
    }

    [Test]
    public async Task A_connection_says_what_passed_and_when()
    {
        using var bench = new Bench(world, connection: new TlsConnectionOptions { TimeHandshake = true });
        (TlsConnectionStatistics sender, _) = await SendAsync(bench, bench.Client);
        Assert.That(sender.BytesSent, Is.EqualTo(s_data.Length));
        Assert.That(sender.CiphertextSent, Is.GreaterThan(s_data.Length));
        Assert.That(sender.CiphertextReceived, Is.GreaterThan(500), "the server's part of the handshake");
        Assert.That(sender.ReadWants, Is.GreaterThan(0));
        bool[] expected = world.Protocol == TlsProtocol.Tls13 ? [true, false, true] : [true, false, true, false];
        Assert.That(sender.Flights.Select(flight => flight.IsSent), Is.EqualTo(expected));
        Assert.That(sender.Flights.Select(flight => flight.Began), Is.Ordered);
        Assert.That(sender.Flights.Sum(flight => flight.IsSent ? flight.Bytes : 0), Is.GreaterThan(200).And.LessThan(2_000));
    }

    [TestCase(2, 2, true)]
    [TestCase(2, 3, false)]
    public async Task A_peer_that_renegotiates_too_often_is_given_up(int allowed, int times, bool lives)
    {
        if (world.Protocol == TlsProtocol.Tls13)
        {
            Assert.That(() => new TlsConnectionOptions { RenegotiationsPerMinute = -1 }.Validated(), Throws.InstanceOf<ArgumentOutOfRangeException>());
            return;
        }

        using var bench = new Bench(world, allowRenegotiation: true, connection: new TlsConnectionOptions { RenegotiationsPerMinute = allowed });
        var outcome = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using TlsListener listener = bench.Listen(connection =>
        {
            _ = connection.Closed.ContinueWith(closed => outcome.TrySetResult(closed.Result), TaskScheduler.Default);
            return new EchoHandler();
        });
        await using TlsStream stream = await bench.ConnectStreamAsync(listener);
        byte[] answer = new byte[1];
        try
        {
            for (int i = 0; i < times; i++)
            {
                stream.Connection.Renegotiate();
                for (int echo = 0; echo < 3; echo++)
                {
                    await stream.WriteAsync("x"u8.ToArray());
                    await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
                }
            }

            Assert.That(lives, Is.True);
        }
        catch (IOException)
        {
            Assert.That(lives, Is.False);
            CloseOutcome fault = await outcome.Task.WaitAsync(Bench.Deadline);
            Assert.That((fault.Reason, fault.Exception!.Message), Is.EqualTo((CloseReason.ProtocolError, "the peer has renegotiated more than 2 times in a minute")));
        }
    }

    private static async Task<(TlsConnectionStatistics Sender, TlsConnectionInfo Info)> SendAsync(Bench bench, TlsContext context)
    {
        var sink = new RecordingHandler();
        using TlsListener listener = bench.Listen(_ => sink);
        using TlsConnection client = await TlsConnector.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, context, new RecordingHandler(), new TlsConnectOptions { Connection = bench.Connection }).WaitAsync(Bench.Deadline);
        await client.SendAsync(s_data);
        await Eventually.BecomesTrue(() => sink.ReceivedLength == s_data.Length, "all of it arrives");
        Assert.That(sink.Received, Is.EqualTo(s_data));
        TlsConnectionInfo info = client.Info!;
        client.Close();
        _ = await client.Closed.WaitAsync(Bench.Deadline);
        return (client.GetStatistics(), info);
    }

    private sealed class KeyUpdates : ITlsTrace
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void OnStep(TlsConnection connection, in TlsTraceStep step)
        {
            // Only what is asked for counts.
        }

        public void OnApplication(TlsConnection connection, in TlsTraceApplication application)
        {
            if (application.Event == TlsTraceEvent.KeyUpdateAsked) Interlocked.Increment(ref _count);
        }
    }
}
