using System.Net.Security;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>What a callback sends takes shorter ways to OpenSSL than what other threads send; the order is that of the calls all the same.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class SendAtOnceTests(World world)
{
    [Test]
    public async Task A_send_from_a_callback_goes_behind_what_another_thread_sent_before([Values(10, 8 * 1024, 40_000)] int length)
    {
        byte[] before = Filled(1, 100);
        byte[] own = Filled(2, length);
        byte[] after = Filled(3, 100);
        byte[] last = Filled(4, length);
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new CallbackHandler(connection =>
        {
            SendFromElsewhere(connection, before);
            Assert.That(connection.TrySend(own), Is.EqualTo(SendResult.Queued));
            SendFromElsewhere(connection, after);
            Assert.That(connection.TrySend(last), Is.EqualTo(SendResult.Queued));
            connection.Close();
        }));
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        connection.Send([0]);
        await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(client.Received, Is.EqualTo((byte[])[.. before, .. own, .. after, .. last]));
        Assert.That(bench.Unhandled, Is.Empty);
    }

    [Test]
    public async Task What_a_callback_sends_counts_against_the_limit_like_all_else()
    {
        const int Limit = 1000;
        var results = new List<SendResult>();
        long queued = 0;
        using var bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = Limit, LowWaterMark = 0 });
        using TlsListener listener = bench.Listen(_ => new CallbackHandler(connection =>
        {
            for (int i = 0; i < 3; i++) results.Add(connection.TrySend(Filled(1, 400)));
            queued = connection.QueuedBytes;
            connection.Close();
        }));
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        connection.Send([0]);
        await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(results, Is.EqualTo(new[] { SendResult.Queued, SendResult.Queued, SendResult.Full }));
        Assert.That(queued, Is.EqualTo(800));
        Assert.That(client.ReceivedLength, Is.EqualTo(800));
    }

    [Test]
    public async Task What_a_callback_sends_and_the_close_notify_behind_it_leave_in_one_segment_unless_OpenSSL_has_the_socket()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new CallbackHandler(connection =>
        {
            Assert.That(connection.TrySend(Filled(1, 100)), Is.EqualTo(SendResult.Queued));
            connection.Close();
        }));
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        using SslStream tls = await raw.SecureAsync();

        // Tickets come behind the handshake: an answer to the first byte would say nothing about who was in which segment.
        await Eventually.BecomesTrue(() => raw.Socket.Available > 0 || world.Protocol == TlsProtocol.Tls12, "the ticket");
        uint before = raw.DataSegmentsReceived;
        await tls.WriteAsync(new byte[1]);
        var answer = new MemoryStream();
        await tls.CopyToAsync(answer).WaitAsync(Bench.Deadline);
        Assert.That(answer.ToArray(), Is.EqualTo(Filled(1, 100)));

        // OpenSSL itself makes a system call for each record.
        Assert.That(raw.DataSegmentsReceived - before, Is.EqualTo(world.Transport == TransportKind.Buffered ? 1 : 2));
    }

    [Test]
    public async Task A_send_that_has_to_wait_goes_out_though_it_was_made_by_the_last_callback_of_a_turn([Values(60_000, 200_000)] int length)
    {
        using var bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = 64 * 1024, LowWaterMark = 16 * 1024 });
        using TlsListener listener = bench.Listen(_ => new LastWordsHandler(length));
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        using SslStream tls = await raw.SecureAsync();

        // Data and close_notify come together: the pause over the first keeps the second for the moment when reading is resumed.
        await tls.WriteAsync(new byte[1]);
        await tls.ShutdownAsync();
        var answer = new MemoryStream();
        await tls.CopyToAsync(answer).WaitAsync(Bench.Deadline);
        Assert.That(answer.ToArray().Count(value => value == LastWordsHandler.Last), Is.EqualTo(length));
    }

    private static void SendFromElsewhere(TlsConnection connection, byte[] data)
    {
        var thread = new Thread(() => connection.Send(data));
        thread.Start();
        thread.Join();
    }

    private static byte[] Filled(byte value, int length)
    {
        byte[] data = new byte[length];
        data.AsSpan().Fill(value);
        return data;
    }

    // Fills the queue, pauses until it is low, and answers the peer's close_notify with one large send.
    private sealed class LastWordsHandler(int length) : TlsConnectionHandler
    {
        public const byte Last = 9;

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            byte[] block = Filled(1, 16 * 1024);
            for (int i = 0; i < 100 && connection.TrySend(block) == SendResult.Queued; i++) connection.PauseReading();
            connection.PauseReading();
        }

        public override void OnLowWater(TlsConnection connection) => connection.ResumeReading();

        public override void OnPeerClosed(TlsConnection connection) => _ = FinishAsync(connection);

        private async Task FinishAsync(TlsConnection connection)
        {
            await connection.SendAsync(Filled(Last, length));
            connection.Close();
        }
    }

    private sealed class CallbackHandler(Action<TlsConnection> onReceived) : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => onReceived(connection);
    }
}
