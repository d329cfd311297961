using System.Collections.Concurrent;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary>The check of the demonstration, which is worth nothing unless it finds a single wrong byte.</summary>
public sealed class DemoPeerTests
{
    private const int BeyondThePosition = 500_000;

    public enum Harm
    {
        FlipABit,
        LoseAByte,
        DoubleAByte,
    }

    [Test]
    public async Task Two_peers_find_no_fault_in_each_other()
    {
        ConcurrentQueue<string> faults = await RunAsync(peer => peer, 0);
        Assert.That(faults, Is.Empty);
    }

    [Test]
    public async Task A_byte_that_is_wrong_lost_or_doubled_is_found([Values] Harm harm, [Values(0, 65_520, 65_521, 1_000_003)] long position)
    {
        ConcurrentQueue<string> faults = await RunAsync(peer => new Harming(peer, harm, position), position);
        Assert.That(faults, Is.Not.Empty.And.All.StartsWith("connection -1: wrong bytes near position "));
        if (harm == Harm.FlipABit) Assert.That(faults, Has.Count.EqualTo(1), "all others are right");
    }

    // Runs until the server's side has checked half a megabyte behind the position, and ends in good order.
    private static async Task<ConcurrentQueue<string>> RunAsync(Func<DemoPeer, TlsConnectionHandler> serverHandler, long position)
    {
        var faults = new ConcurrentQueue<string>();
        var server = new DemoPeer(~0, faults.Enqueue);
        var client = new DemoPeer(0, faults.Enqueue);
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls13));
        using TlsListener listener = bench.Listen(_ => serverHandler(server));
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        await Eventually.BecomesTrue(() => server.Received > position + BeyondThePosition && client.Received > BeyondThePosition, "traffic");
        bench.Loop.Post(client.Finish);
        CloseOutcome outcome = await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.IsOrderly, Is.True, outcome.ToString());
        await server.Connection!.Closed.WaitAsync(Bench.Deadline);
        return faults;
    }

    // Stands between the connection and the peer.
    private sealed class Harming(DemoPeer inner, Harm harm, long position) : TlsConnectionHandler
    {
        private long _seen;

        public override void OnOpened(TlsConnection connection) => inner.OnOpened(connection);

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            long index = position - _seen;
            _seen += data.Length;
            inner.OnReceived(connection, index >= 0 && index < data.Length ? Harmed(data, (int)index) : data);
        }

        public override void OnLowWater(TlsConnection connection) => inner.OnLowWater(connection);

        public override void OnPeerClosed(TlsConnection connection) => inner.OnPeerClosed(connection);

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => inner.OnClosed(connection, outcome);

        private byte[] Harmed(ReadOnlySpan<byte> data, int index) => harm switch
        {
            Harm.FlipABit => [.. data[..index], (byte)(data[index] ^ 0x10), .. data[(index + 1)..]],
            Harm.LoseAByte => [.. data[..index], .. data[(index + 1)..]],
            _ => [.. data[..(index + 1)], .. data[index..]],
        };
    }
}
