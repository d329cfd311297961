using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Peers that do not speak TLS, or stop in the middle. After each of them a good client is served and nothing has stayed behind.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class HostileTests(World world)
{
    private const byte AlertRecord = 21;

    // An application data record (RFC 8446 §5.1) that says it has 16384 bytes, and its first 100.
    private static readonly byte[] s_halfRecord = [23, 3, 3, 64, 0, .. new byte[100]];

    [Test]
    public async Task Plain_http_is_a_protocol_error_answered_by_an_alert_or_a_close()
    {
        using var server = new ServerUnderTest(world);
        Baseline baseline = await Baseline.TakeAsync(server);
        using (RawClient client = await RawClient.ConnectAsync(server.Port))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            byte[] answer = await client.ReadToEndAsync();
            Assert.That(answer.Length == 0 || answer[0] == AlertRecord, Is.True, $"{answer.Length} bytes were answered: {Convert.ToHexString(answer)}");
        }

        await AssertOutcomeAsync(server, 1, CloseReason.ProtocolError);
        await baseline.AssertUnharmedAsync();
    }

    [Test]
    public async Task Random_bytes_end_as_a_protocol_error_or_a_truncation()
    {
        const int Attempts = 25;
        using var server = new ServerUnderTest(world);
        Baseline baseline = await Baseline.TakeAsync(server);
        for (int seed = 1; seed <= Attempts; seed++)
        {
            byte[] noise = Payload.Bytes(seed, 50 * seed);

            // Some get past the first look at the record's header.
            if (seed % 3 == 0) new byte[] { 22, 3, 1, 0, 200, 1, 0 }.CopyTo(noise, 0);
            using RawClient client = await RawClient.ConnectAsync(server.Port);
            await client.SendAsync(noise);
            client.EndSending();
            await client.ReadToEndAsync();
            CloseOutcome outcome = await server.OutcomeAsync(seed);
            Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError).Or.EqualTo(CloseReason.Truncated), $"seed {seed}: {outcome}");
        }

        await baseline.AssertUnharmedAsync();
    }

    [Test]
    public async Task Half_a_client_hello_and_fin_is_a_truncation()
    {
        byte[] hello = await RawClient.ClientHelloAsync();
        using var server = new ServerUnderTest(world);
        Baseline baseline = await Baseline.TakeAsync(server);
        foreach (int length in (int[])[0, 1, 5, 6, hello.Length / 2, hello.Length - 1])
        {
            using RawClient client = await RawClient.ConnectAsync(server.Port);
            await client.SendAsync(hello.AsMemory(0, length));
            client.EndSending();
            await client.ReadToEndAsync();
        }

        for (int i = 1; i <= 6; i++) await AssertOutcomeAsync(server, i, CloseReason.Truncated);
        await baseline.AssertUnharmedAsync();
    }

    [Test]
    public async Task A_trickle_of_bytes_does_not_extend_the_handshakes_deadline()
    {
        byte[] hello = await RawClient.ClientHelloAsync();
        using var server = new ServerUnderTest(world, connection: new TlsConnectionOptions { HandshakeTimeout = TimeSpan.FromSeconds(1), ShutdownTimeout = TimeSpan.FromSeconds(1) });
        Baseline baseline = await Baseline.TakeAsync(server);
        using (RawClient silent = await RawClient.ConnectAsync(server.Port))
        using (RawClient trickling = await RawClient.ConnectAsync(server.Port))
        {
            await silent.SendAsync(hello.AsMemory(0, hello.Length / 2));
            Task<CloseOutcome> closed = server.OutcomeAsync(2);
            int sent = await TrickleAsync(trickling, hello, until: closed);

            // At this pace the whole hello takes far longer than the deadlines: one that is extended by each byte lets it all in.
            Assert.That(sent, Is.LessThan(hello.Length));
            await AssertOutcomeAsync(server, 1, CloseReason.HandshakeTimeout);
            await AssertOutcomeAsync(server, 2, CloseReason.HandshakeTimeout);
        }

        await baseline.AssertUnharmedAsync();
    }

    [Test]
    public async Task A_reset_in_the_middle_of_a_record_is_a_reset()
    {
        using var server = new ServerUnderTest(world);
        Baseline baseline = await Baseline.TakeAsync(server);
        using (GoodClient client = await GoodClient.ConnectAsync(server))
        {
            await client.ExchangeAsync("ping"u8.ToArray());
            await client.Socket.SendAsync(s_halfRecord);
            client.Socket.LingerState = new LingerOption(true, 0);
            client.Socket.Dispose();
        }

        await AssertOutcomeAsync(server, 1, CloseReason.Reset);
        await baseline.AssertUnharmedAsync();
    }

    [TestCase(0, TestName = "{m}_between_records")]
    [TestCase(3, TestName = "{m}_in_the_middle_of_a_header")]
    [TestCase(105, TestName = "{m}_in_the_middle_of_a_record")]
    public async Task Fin_without_close_notify_is_a_truncation(int partOfRecord)
    {
        using var server = new ServerUnderTest(world);
        Baseline baseline = await Baseline.TakeAsync(server);
        using (GoodClient client = await GoodClient.ConnectAsync(server))
        {
            await client.ExchangeAsync("ping"u8.ToArray());
            if (partOfRecord > 0) await client.Socket.SendAsync(s_halfRecord.AsMemory(0, partOfRecord));
            client.Socket.Shutdown(SocketShutdown.Send);
            await AssertOutcomeAsync(server, 1, CloseReason.Truncated);
        }

        await baseline.AssertUnharmedAsync();
    }

    // A byte each 30 ms, until all are sent or the connection is lost.
    private static async Task<int> TrickleAsync(RawClient client, byte[] data, Task until)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
        int sent = 0;
        try
        {
            while (sent < data.Length && !until.IsCompleted && await pace.WaitForNextTickAsync()) sent += await client.Socket.SendAsync(data.AsMemory(sent, 1));
        }
        catch (SocketException)
        {
            // The server has given up.
        }

        return sent;
    }

    private static async Task AssertOutcomeAsync(ServerUnderTest server, int index, CloseReason reason)
    {
        CloseOutcome outcome = await server.OutcomeAsync(index);
        Assert.That(outcome.Reason, Is.EqualTo(reason), outcome.ToString());
    }
}
