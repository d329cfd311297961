using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>An application that has paused gets nothing, and what it needs in order to write goes on all the same.</summary>
public sealed class PausedReadingTests
{
    private static IEnumerable<World> Tls12 => World.All.Where(w => w.Protocol == TlsProtocol.Tls12);

    [TestCaseSource(typeof(World), nameof(World.All))]
    public async Task A_close_notify_right_behind_the_data_that_made_us_pause_is_told_after_we_resume(World world)
    {
        var handler = new PausingHandler();
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => handler);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());

        // Both in one turn, so that both come in one.
        await bench.Loop.AskAsync(() =>
        {
            client.Send("last words"u8);
            client.Close();
            return 0;
        });
        TlsConnection server = await handler.Paused.WaitAsync(Bench.Deadline);
        await Eventually.BecomesTrue(() => client.State == ConnectionState.LocalClosed, "the client's close_notify is out");

        // Whatever the loop has to do about it is done after some turns.
        for (int turn = 0; turn < 10; turn++) await bench.Loop.TurnsAsync();
        Assert.That(handler.PeerClosed, Is.False, "told while paused");
        server.ResumeReading();
        Assert.That((await client.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
        Assert.That(handler.PeerClosed, Is.True);
    }

    [TestCaseSource(nameof(Tls12))]
    public async Task Our_renegotiation_while_we_have_paused_does_not_die_of_the_data_that_is_on_its_way(World world)
    {
        byte[] early = new byte[48 * 1024];
        new Random(6).NextBytes(early);
        var server = new RecordingHandler { Opened = connection => connection.Send(early) };
        using var bench = new Bench(world, allowRenegotiation: true);
        using TlsListener listener = bench.Listen(_ => server);
        var handler = new RecordingHandler { Opened = connection => connection.PauseReading() };
        TlsConnection client = await bench.ConnectAsync(listener, handler);

        // The server has sent before it reads our ClientHello: its data stands in front of its answer.
        await Eventually.BecomesTrue(() => TlsCounters.Of(bench.Loop).BytesWritten >= early.Length, "the server has sent");
        client.Renegotiate();
        client.Send("ping"u8);
        await Eventually.BecomesTrue(() => server.ReceivedLength == 4, "the write that had to read first arrives");
        Assert.That(handler.ReceivedLength, Is.Zero, "bytes delivered while paused");
        Assert.That(TlsCounters.Of(bench.Loop).WriteWantedRead, Is.GreaterThan(0));
        client.ResumeReading();
        await Eventually.BecomesTrue(() => handler.ReceivedLength == early.Length, "what was kept is delivered");
        Assert.That(handler.Received.AsSpan().SequenceEqual(early), Is.True);
    }

    private sealed class PausingHandler : TlsConnectionHandler
    {
        private readonly TaskCompletionSource<TlsConnection> _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _peerClosed;

        public Task<TlsConnection> Paused => _paused.Task;

        public bool PeerClosed => _peerClosed;

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            connection.PauseReading();
            _paused.TrySetResult(connection);
        }

        public override void OnPeerClosed(TlsConnection connection)
        {
            _peerClosed = true;
            connection.Close();
        }
    }
}
