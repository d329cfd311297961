using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>New keys in the middle of a connection, driven by hand.</summary>
public sealed class SslMachineRekeyTests
{
    private readonly byte[] _buffer = new byte[16 * 1024];

    [TestCase(false)]
    [TestCase(true)]
    public void A_KeyUpdate_goes_unnoticed_by_the_data(bool requestPeer)
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls13));
        using var pair = new MachinePair(bench.Server, bench.Client);
        pair.Handshake();
        for (int i = 0; i < 5; i++)
        {
            pair.Client.Write([(byte)i]);
            Assert.That(pair.Client.UpdateKeys(requestPeer).IsDone, Is.True);
            Assert.That(pair.Client.Output.Length, Is.GreaterThan(0));
            pair.Client.Write([(byte)(i + 100)]);
            MachinePair.Carry(pair.Client, pair.Server);
            Assert.That(MachinePair.ReadAll(pair.Server).Data, Is.EqualTo(new[] { (byte)i, (byte)(i + 100) }));
            pair.Server.Write([(byte)i]);
            MachinePair.Carry(pair.Server, pair.Client);
            Assert.That(MachinePair.ReadAll(pair.Client).Data, Is.EqualTo(new[] { (byte)i }));
        }
    }

    [Test]
    public void No_KeyUpdate_is_sent_behind_close_notify_or_on_a_lost_connection()
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls13));
        using var pair = new MachinePair(bench.Server, bench.Client);
        pair.Handshake();
        Assert.That(pair.Client.Shutdown().IsDone, Is.True);
        int output = pair.Client.Output.Length;
        Assert.Throws<InvalidOperationException>(() => pair.Client.UpdateKeys());
        Assert.That(pair.Client.Output.Length, Is.EqualTo(output));
        pair.Server.FeedEndOfStream();
        Assert.That(pair.Server.Read(_buffer).Failure, Is.Not.Null);
        Assert.Throws<InvalidOperationException>(() => pair.Server.UpdateKeys());
    }

    [Test]
    public void A_renegotiation_lets_data_through_in_both_directions()
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls12), allowRenegotiation: true);
        using var pair = new MachinePair(bench.Server, bench.Client);
        pair.Handshake();
        pair.Server.Write("before"u8);
        pair.Client.Renegotiate();
        Assert.That(pair.Client.Read(_buffer).IsBlocked, Is.True);
        SslStep crossed = pair.Client.Write("during"u8);
        Assert.That(crossed, Is.EqualTo(SslStep.Blocked(SslWant.Read)), "a write that wants read");
        Assert.That(pair.Client.WantOf(SslOperation.Write), Is.EqualTo(SslWant.Read));
        var atServer = new List<byte>();
        var atClient = new List<byte>();
        int moved;
        do
        {
            moved = MachinePair.Carry(pair.Client, pair.Server, 100) + MachinePair.Carry(pair.Server, pair.Client, 100);
            atServer.AddRange(MachinePair.ReadAll(pair.Server).Data);
            atClient.AddRange(MachinePair.ReadAll(pair.Client).Data);
            _ = pair.Client.Flush();
            _ = pair.Server.Flush();
        }
        while (moved > 0 || pair.Client.Output.Length > 0 || pair.Server.Output.Length > 0);
        Assert.That(atServer, Is.EqualTo("during"u8.ToArray()));
        Assert.That(atClient, Is.EqualTo("before"u8.ToArray()));
        Assert.That(pair.Client.QueuedBytes, Is.Zero);
    }

    [Test]
    public void A_renegotiation_that_is_not_allowed_is_refused_here()
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls12));
        using var pair = new MachinePair(bench.Server, bench.Client);
        pair.Handshake();
        Assert.Throws<InvalidOperationException>(() => pair.Client.Renegotiate());
        Assert.Throws<InvalidOperationException>(() => pair.Client.UpdateKeys(), "TLS 1.2 has none");
    }

    [Test]
    public void After_the_peers_close_notify_no_renegotiation_begins_and_what_is_queued_goes_out()
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls12), allowRenegotiation: true);
        using var pair = new MachinePair(bench.Server, bench.Client);
        pair.Handshake();
        pair.Server.Shutdown();
        MachinePair.Carry(pair.Server, pair.Client);
        Assert.That(pair.Client.Read(_buffer), Is.EqualTo(SslStep.Closed()));
        Assert.Throws<InvalidOperationException>(() => pair.Client.Renegotiate(), "nobody would answer");
        Assert.That(pair.Client.Write("late"u8).IsDone, Is.True);
        MachinePair.Carry(pair.Client, pair.Server);
        Assert.That(MachinePair.ReadAll(pair.Server).Data, Is.EqualTo("late"u8.ToArray()));
    }
}
