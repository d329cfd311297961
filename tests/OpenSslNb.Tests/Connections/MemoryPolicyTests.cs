using System.Net.Security;
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
        Assert.That(await IsWarmAsync(accepted!), "the half is in them");
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
    public async Task A_connection_that_is_disposed_over_its_last_words_is_swept_no_more()
    {
        // Reading comes before writing, unless the loop hears of a send before it hears of the socket. So: the loop is held, and has the send in its hands when the peer resets the connection.
        using Bench bench = CreateBench(new TlsConnectionOptions());
        TlsConnection? accepted = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return new DisposingHandler();
        });
        using RawPeer raw = await RawPeer.ConnectAsync(listener.EndPoint);
        SslStream tls = await raw.SecureAsync();
        await Eventually.BecomesTrue(() => accepted?.State == ConnectionState.Open, "the handshake");
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Loop.Post(() => Hold(first));
        bench.Loop.Post(() =>
        {
            isHeld.SetResult();
            Hold(second);
        });
        accepted!.Send("nobody reads this"u8);
        first.Set();
        await isHeld.Task.WaitAsync(Bench.Deadline);
        await tls.WriteAsync("last words"u8.ToArray());
        raw.Reset();
        second.Set();
        await accepted.Closed.WaitAsync(Bench.Deadline);
        Assert.That(await IsWarmAsync(accepted), Is.False);
        await _clock.AdvanceAsync(bench.Loop, TimeSpan.FromMinutes(1));

        static void Hold(ManualResetEventSlim gate) => Assert.That(gate.Wait(Bench.Deadline));
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

    /// <summary>Has had enough at the first byte.</summary>
    private sealed class DisposingHandler : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Dispose();
    }
}
