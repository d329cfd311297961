using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Peers that speak TLS well, but too slowly, too much or too many. After each of them a good client is served and nothing has stayed behind.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class HostileFlowTests(World world)
{
    [Test]
    public async Task One_byte_a_segment_both_ways_changes_nothing()
    {
        using var server = new ServerUnderTest(world);
        Baseline baseline = await Baseline.TakeAsync(server);
        using (var relay = new ByteByByteRelay(server.Port))
        using (GoodClient client = await GoodClient.ConnectAsync(relay.Port, server.Bench))
        {
            byte[] sent = Payload.Bytes(51, 20_000);
            Payload.AssertSame(await client.ExchangeAsync(sent), sent);
            await client.CloseAsync();
            client.Dispose();
            await relay.EndAsync();
        }

        CloseOutcome outcome = await server.OutcomeAsync(1);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
        await baseline.AssertUnharmedAsync();
    }

    [Test]
    public async Task A_peer_that_sends_64_megabytes_before_it_reads_fills_no_more_than_the_limit_and_gets_every_byte()
    {
        const int Limit = 512 * 1024;
        using var server = new ServerUnderTest(world, connection: new TlsConnectionOptions { OutboundLimit = Limit });
        Baseline baseline = await Baseline.TakeAsync(server);
        using (GoodClient client = await GoodClient.ConnectAsync(server))
        {
            var flood = new Flood(client.Stream, 64 * Payload.Megabyte);
            Task sending = flood.SendAsync();
            await WaitUntilStuckAsync(server);
            Assert.That(sending.IsCompleted, Is.False, "the flood is bigger than all buffers");
            await Baseline.ServeGoodClientAsync(server);
            await flood.ReceiveAsync().WaitAsync(ExternalProcess.Deadline);
            await sending;
            await client.CloseAsync();
        }

        long highest = TlsCounters.Of(server.Bench.Loop).HighestQueued;
        Assert.That(highest, Is.InRange(Limit / 2, Limit));
        CloseOutcome outcome = await server.OutcomeAsync(1);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
        await baseline.AssertUnharmedAsync();
    }

    [Test]
    public async Task Three_hundred_half_handshakes_do_not_keep_a_good_client_waiting()
    {
        const int Count = 300;
        byte[] hello = await RawClient.ClientHelloAsync();
        using var server = new ServerUnderTest(world, connection: new TlsConnectionOptions { HandshakeTimeout = TimeSpan.FromMinutes(5) });
        Baseline baseline = await Baseline.TakeAsync(server);
        var crowd = new List<RawClient>();
        try
        {
            for (int i = 0; i < Count; i++)
            {
                RawClient client = await RawClient.ConnectAsync(server.Port);
                crowd.Add(client);
                await client.SendAsync(hello.AsMemory(0, 1 + (i % (hello.Length - 1))));
            }

            await Eventually.BecomesTrue(() => server.Listener.ConnectionCount == Count, "all of them are accepted");
            await Baseline.ServeGoodClientAsync(server);
            await Eventually.BecomesTrue(() => server.Listener.ConnectionCount == Count, "the good client has gone, the others are still there");
        }
        finally
        {
            crowd.ForEach(client => client.Dispose());
        }

        await baseline.AssertUnharmedAsync();
    }

    // The echo has stopped reading, and all buffers in between are full: nothing moves any more.
    private static async Task WaitUntilStuckAsync(ServerUnderTest server)
    {
        const int Looks = 40;
        TlsConnection connection = await server.AcceptedAsync(1);
        (long Read, long Written) last = default;
        int same = 0;
        await Eventually.BecomesTrue(
            () =>
            {
                TlsCounters counters = TlsCounters.Of(server.Bench.Loop);
                (long, long) now = (counters.BytesRead, counters.BytesWritten);
                same = now == last ? same + 1 : 0;
                last = now;
                return same >= Looks && connection.QueuedBytes > 0;
            },
            "the flood comes to a stop");
    }
}
