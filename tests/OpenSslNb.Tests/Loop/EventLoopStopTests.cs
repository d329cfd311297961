using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Loop;

/// <summary>A loop that stops under its connections.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class EventLoopStopTests(World world)
{
    [Test]
    public async Task Connections_end_as_disposed_when_their_loop_stops()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        TlsConnection[] clients = [await bench.ConnectAsync(listener, new RecordingHandler()), await bench.ConnectAsync(listener, new RecordingHandler())];
        await Task.Run(bench.Loop.Dispose).WaitAsync(Bench.Deadline);
        foreach (TlsConnection client in clients) Assert.That((await client.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Disposed));
        Assert.That(bench.Loop.SourceCount, Is.Zero);
        Assert.That(listener.ConnectionCount, Is.Zero);
        Assert.That(clients[0].TrySend("x"u8), Is.EqualTo(SendResult.Closed));
        clients[0].Dispose();
        clients[0].Abort();
    }

    [Test]
    public async Task A_callback_may_dispose_its_loop()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new RecordingHandler { Opened = c => c.Send("x"u8) });
        var client = new LoopDisposer();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        Assert.That((await connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Disposed));
        await Task.Run(bench.Loop.Dispose).WaitAsync(Bench.Deadline);
        Assert.That(bench.Loop.Post(() => { }), Is.False);
    }

    [Test]
    public async Task A_connect_that_begins_while_the_loop_stops_fails_and_does_not_hang()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        Task<TlsConnection>? late = null;

        // OnClosed comes when the loop has run its inbox for the last time.
        var handler = new LastCallback(() => late = TlsConnector.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, bench.Client, new RecordingHandler()));
        TlsConnection connection = await bench.ConnectAsync(listener, handler);
        await Task.Run(bench.Loop.Dispose).WaitAsync(Bench.Deadline);
        await connection.Closed.WaitAsync(Bench.Deadline);
        TlsConnectException? fault = await Assert.ThrowsAsync<TlsConnectException>(() => late!.WaitAsync(Bench.Deadline));
        Assert.That(fault!.Outcome.Reason, Is.EqualTo(CloseReason.LocalError).Or.EqualTo(CloseReason.Disposed));
    }

    private sealed class LoopDisposer : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Loop.Dispose();
    }

    private sealed class LastCallback(Action action) : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            // Nothing comes.
        }

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => action();
    }
}
