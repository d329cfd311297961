using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>OpenSSL's record buffers: who keeps them, for how long, and that their going is not noticed.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class MemoryPolicyTests(World world)
{
    private static readonly byte[] s_message = [.. Enumerable.Range(0, 40_000).Select(i => (byte)(i * 7))];
    private readonly ManualClock _clock = new();

    [Test]
    public async Task A_balanced_connection_gives_its_buffers_back_when_it_has_rested_and_works_on()
    {
        using Bench bench = CreateBench(new TlsConnectionOptions { IdleBufferTime = TimeSpan.FromSeconds(3) });
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        var handler = new RecordingHandler();
        TlsConnection client = await bench.ConnectAsync(listener, handler);
        for (int round = 1; round <= 3; round++)
        {
            await EchoAsync(client, handler, round);
            Assert.That(await IsWarmAsync(client), "in use");
            await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(2));
            Assert.That(await IsWarmAsync(client), "after 2 s");
            await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(2));
            await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(2));
            Assert.That(await IsWarmAsync(client), Is.False, "after 4 s and a sweep");
        }
    }

    [Test]
    public async Task Buffers_with_half_a_record_in_them_are_kept_until_it_is_whole()
    {
        using Bench bench = CreateBench(new TlsConnectionOptions { IdleBufferTime = TimeSpan.FromSeconds(3) });
        var server = new RecordingHandler();
        TlsConnection? accepted = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return server;
        });
        using var relay = new HalvingRelay(listener.EndPoint);
        using var other = new Bench(world);
        TlsConnection client = await TlsConnector.ConnectAsync(other.Loop, "127.0.0.1", relay.Port, bench.Client, new RecordingHandler(), new TlsConnectOptions { Connection = other.Connection }).WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => accepted?.State == ConnectionState.Open, "the handshake");
        relay.HoldBackAfter(3_000);
        client.Send(s_message.AsSpan(0, 10_000));
        await relay.IsHolding.WaitAsync(Bench.Deadline);
        for (int i = 0; i < 4; i++) await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromSeconds(2));
        relay.LetGo();
        await Eventually.BecomesTrue(() => server.ReceivedLength == 10_000, "the record");
        Assert.That(server.Received, Is.EqualTo(s_message[..10_000]));
    }

    [TestCase(MemoryPolicy.Speed)]
    [TestCase(MemoryPolicy.Memory)]
    public async Task The_other_policies_need_no_sweep(MemoryPolicy policy)
    {
        using Bench bench = CreateBench(new TlsConnectionOptions { Memory = policy });
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        var handler = new RecordingHandler();
        TlsConnection client = await bench.ConnectAsync(listener, handler);
        await EchoAsync(client, handler, 1);
        Assert.That(await IsWarmAsync(client), Is.False);
        await EchoAsync(client, handler, 2);
    }

    [Test]
    public async Task Connections_that_end_leave_no_sweep_behind()
    {
        using Bench bench = CreateBench(new TlsConnectionOptions());
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        for (int i = 0; i < 5; i++)
        {
            var handler = new RecordingHandler();
            TlsConnection client = await bench.ConnectAsync(listener, handler);
            await EchoAsync(client, handler, 1);
            client.Close();
            await client.Closed.WaitAsync(Bench.Deadline);
        }

        await Eventually.BecomesTrue(() => listener.ConnectionCount == 0, "the server's side has ended");
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromMinutes(1));
        Assert.That(await bench.Loop.AskAsync(() => bench.Loop.MillisecondsToNextTimer), Is.EqualTo(-1), "no timer is armed");
    }

    [Test]
    public void A_policy_that_does_not_exist_is_refused_by_name() => Assert.That(
        () => new TlsConnectionOptions { Memory = (MemoryPolicy)7 }.Validated(),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Memory must be one of Balanced, Speed, Memory"));

    private static Task<bool> IsWarmAsync(TlsConnection connection) => connection.Loop.AskAsync(() => connection.Driver.Inspect().IsWarm);

    private static async Task EchoAsync(TlsConnection client, RecordingHandler handler, int round)
    {
        client.Send(s_message);
        await Eventually.BecomesTrue(() => handler.ReceivedLength == round * (long)s_message.Length, "the echo");
        Assert.That(handler.Received.AsSpan((round - 1) * s_message.Length).SequenceEqual(s_message), "every byte");
    }

    private Bench CreateBench(TlsConnectionOptions options) => new(world, connection: options, loop: new EventLoopOptions { Clock = _clock });
}
