using System.Runtime.CompilerServices;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Connections;

/// <summary>The public machine without I/O: bytes are carried by hand.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class SslMachineTests(TlsProtocol protocol)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Bench _bench = null!;
    private MachinePair _pair = null!;

    private SslMachine Client => _pair.Client;

    private SslMachine Server => _pair.Server;

    [SetUp]
    public void Begin()
    {
        _bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, protocol), allowRenegotiation: true);
        _pair = new MachinePair(_bench.Server, _bench.Client);
    }

    [TearDown]
    public void End()
    {
        _pair.Dispose();
        _bench.Dispose();
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(1000)]
    [TestCase(int.MaxValue)]
    public void A_handshake_and_data_both_ways_in_pieces(int chunk)
    {
        _pair.Handshake(chunk);
        Assert.That(Client.State, Is.EqualTo(ConnectionState.Open));
        Assert.That(Server.State, Is.EqualTo(ConnectionState.Open));
        Assert.That(Client.Info!.Protocol, Is.EqualTo(protocol));
        byte[] question = Data(20_000, seed: 1);
        byte[] answer = Data(30_000, seed: 2);
        Assert.That(Client.Write(question), Is.EqualTo(SslStep.Done(question.Length)));
        Assert.That(Server.Write(answer), Is.EqualTo(SslStep.Done(answer.Length)));
        var atServer = new List<byte>();
        var atClient = new List<byte>();
        while (MachinePair.Carry(Client, Server, chunk) + MachinePair.Carry(Server, Client, chunk) > 0)
        {
            atServer.AddRange(MachinePair.ReadAll(Server).Data);
            atClient.AddRange(MachinePair.ReadAll(Client).Data);
        }

        Assert.That(atServer.ToArray().AsSpan().SequenceEqual(question), Is.True);
        Assert.That(atClient.ToArray().AsSpan().SequenceEqual(answer), Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void What_is_fed_after_the_peers_close_notify_or_a_failure_is_not_kept(bool isLost)
    {
        _pair.Handshake();
        if (isLost) Client.FeedEndOfStream();
        else Server.Shutdown();
        MachinePair.Carry(Server, Client);
        _ = MachinePair.ReadAll(Client);
        Assert.That(Client.State, Is.EqualTo(isLost ? ConnectionState.Failed : ConnectionState.PeerClosed));
        Client.Feed(Data(1000, seed: 3));
        Assert.That(TransportOf(Client).HasBufferedInput, Is.False);
    }

    [Test]
    public void A_machine_that_cannot_be_made_leaves_nothing_behind()
    {
        int before = NativeLive.Ssl;

        // A label of a name has at most 63 characters (RFC 1035 §2.3.4).
        Assert.Throws<ArgumentException>(() => new SslMachine(_bench.Client, new string('a', 64)).Dispose());
        Assert.That(NativeLive.Ssl, Is.EqualTo(before));
    }

    [Test]
    public void The_want_says_what_to_do_next()
    {
        Assert.That(Server.Handshake(), Is.EqualTo(SslStep.Blocked(SslWant.Read)), "the client speaks first");
        Assert.That(Server.WantOf(SslOperation.Handshake), Is.EqualTo(SslWant.Read));
        Assert.That(Server.Interest, Is.EqualTo(Interest.Read));
        Assert.That(Client.Handshake(), Is.EqualTo(SslStep.Blocked(SslWant.Read)));
        Assert.That(Client.Interest, Is.EqualTo(Interest.ReadWrite), "its hello has to go out");
        Assert.That(Client.Read(_buffer), Is.EqualTo(SslStep.Blocked(SslWant.Read)), "a read steps the handshake");
        _pair.Handshake();
        Assert.That(Client.Read(_buffer), Is.EqualTo(SslStep.Blocked(SslWant.Read)));
        Assert.That(Client.WantOf(SslOperation.Read), Is.EqualTo(SslWant.Read));
        Assert.That(Client.WantOf(SslOperation.Write), Is.EqualTo(SslWant.None));
        Assert.That(Client.Interest, Is.EqualTo(Interest.Read));
    }

    [Test]
    public void A_write_without_room_wants_write_and_goes_on_when_output_is_taken()
    {
        _pair.Handshake();
        byte[] data = Data(600_000, seed: 3);
        Assert.That(Client.Write(data), Is.EqualTo(SslStep.Blocked(SslWant.Write)));
        Assert.That(Client.QueuedBytes, Is.GreaterThan(0));
        Assert.That(Client.Output.Length, Is.LessThanOrEqualTo(128 * 1024));
        var received = new List<byte>();
        for (int round = 0; round < 1000 && received.Count < data.Length; round++)
        {
            MachinePair.Carry(Client, Server, 50_000);
            received.AddRange(MachinePair.ReadAll(Server).Data);
            _ = Client.Flush();
        }

        Assert.That(received.ToArray().AsSpan().SequenceEqual(data), Is.True);
        Assert.That(Client.Flush().IsDone, Is.True);
        Assert.That(Client.QueuedBytes, Is.Zero);
    }

    [Test]
    public void What_is_written_before_the_handshake_follows_it()
    {
        Assert.That(Client.Write("early"u8).IsBlocked, Is.True);
        _pair.Handshake();
        Assert.That(Client.Flush().IsDone, Is.True);
        MachinePair.Carry(Client, Server);
        Assert.That(MachinePair.ReadAll(Server).Data, Is.EqualTo("early"u8.ToArray()));
    }

    [Test]
    public void A_write_above_the_outbound_limit_takes_nothing()
    {
        using var machine = new SslMachine(_bench.Client, "localhost", outboundLimit: 1000);
        Assert.That(machine.Write(new byte[600]).IsBlocked, Is.True);
        Assert.Throws<InvalidOperationException>(() => machine.Write(new byte[401]));
        Assert.That(machine.QueuedBytes, Is.EqualTo(600));
        Assert.That(machine.Write(new byte[400]).IsBlocked, Is.True);
    }

    [Test]
    public void Close_notify_ends_one_direction_and_then_the_other()
    {
        _pair.Handshake();
        Client.Write("last"u8);
        Assert.That(Client.Shutdown(), Is.EqualTo(SslStep.Done()));
        Assert.That(Client.State, Is.EqualTo(ConnectionState.LocalClosed));
        Assert.Throws<InvalidOperationException>(() => Client.Write("more"u8));
        MachinePair.Carry(Client, Server);
        (byte[] data, SslStep last) = MachinePair.ReadAll(Server);
        Assert.That(data, Is.EqualTo("last"u8.ToArray()));
        Assert.That(last, Is.EqualTo(SslStep.Closed()));
        Assert.That(Server.Read(_buffer), Is.EqualTo(SslStep.Closed()), "and again");
        Assert.That(Server.State, Is.EqualTo(ConnectionState.PeerClosed));

        // Half-close: the other direction still moves data.
        Assert.That(Server.Write("answer"u8), Is.EqualTo(SslStep.Done(6)));
        Assert.That(Server.Shutdown(), Is.EqualTo(SslStep.Done()));
        Assert.That(Server.State, Is.EqualTo(ConnectionState.Closed));
        MachinePair.Carry(Server, Client);
        (data, last) = MachinePair.ReadAll(Client);
        Assert.That(data, Is.EqualTo("answer"u8.ToArray()));
        Assert.That(last, Is.EqualTo(SslStep.Closed()));
        Assert.That(Client.State, Is.EqualTo(ConnectionState.Closed));
        Assert.That(Client.Shutdown(), Is.EqualTo(SslStep.Done()), "again is nothing");
    }

    [Test]
    public void A_stream_that_ends_without_close_notify_is_truncated()
    {
        _pair.Handshake();
        Client.Write("half"u8);
        MachinePair.Carry(Client, Server);
        Server.FeedEndOfStream();
        (byte[] data, SslStep last) = MachinePair.ReadAll(Server);
        Assert.That(data, Is.EqualTo("half"u8.ToArray()), "what came before is still given");
        Assert.That(last.Failure?.Reason, Is.EqualTo(CloseReason.Truncated));
        Assert.That(Server.State, Is.EqualTo(ConnectionState.Failed));
        Assert.That(Server.Read(_buffer).Failure, Is.SameAs(last.Failure), "death is final");
        Assert.That(Server.Write("x"u8).Failure, Is.SameAs(last.Failure));
        Assert.That(Server.Shutdown().Failure, Is.SameAs(last.Failure));
    }

    [Test]
    public void A_byte_that_was_changed_on_the_way_is_fatal_and_answered_with_an_alert()
    {
        _pair.Handshake();
        MachinePair.Carry(Server, Client);
        Client.Write("secret"u8);
        byte[] record = Client.Output.ToArray();
        record[^1] ^= 1;
        Server.Feed(record);
        SslStep step = Server.Read(_buffer);
        Assert.That(step.Failure?.Reason, Is.EqualTo(CloseReason.ProtocolError));
        Assert.That(step.Failure!.AlertSent, Is.EqualTo(20), "bad_record_mac");
        MachinePair.Carry(Server, Client);
        Assert.That(Client.Read(_buffer).Failure?.AlertReceived, Is.EqualTo(20));
    }

    [Test]
    public async Task A_second_thread_is_refused_while_a_call_runs()
    {
        SslMachine? machine = null;
        Exception? refused = null;

        // Called from inside the handshake: the first thread is in OpenSSL for sure.
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions
        {
            DangerouslyAcceptAnyPeerCertificate = true,
            KeyLog = _ => refused ??= Task.Run(() => Capture(() => machine!.Handshake())).GetAwaiter().GetResult(),
        });
        using var pair = new MachinePair(_bench.Server, client);
        machine = pair.Client;
        await Task.Run(() => pair.Handshake()).WaitAsync(Bench.Deadline);
        Assert.That(refused, Is.TypeOf<InvalidOperationException>());
        Assert.That(machine.State, Is.EqualTo(ConnectionState.Open), "the first is not harmed");
    }

    [Test]
    public void After_Dispose_every_operation_is_refused_and_touches_nothing_native()
    {
        _pair.Handshake();
        Assert.That(Client.Info, Is.Not.Null);
        Client.Dispose();
        Client.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Client.Handshake());
        Assert.Throws<ObjectDisposedException>(() => Client.Read(_buffer));
        Assert.Throws<ObjectDisposedException>(() => Client.Write("x"u8));
        Assert.Throws<ObjectDisposedException>(() => Client.Flush());
        Assert.Throws<ObjectDisposedException>(() => Client.Shutdown());
        Assert.Throws<ObjectDisposedException>(() => Client.UpdateKeys());
        Assert.Throws<ObjectDisposedException>(() => Client.Renegotiate());
        Assert.That(Client.State, Is.EqualTo(ConnectionState.Failed));
    }

    [Test]
    public void Misuse_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Client.Read([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Client.SkipOutput(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Client.SkipOutput(-1));
        Assert.Throws<InvalidOperationException>(() => Client.UpdateKeys(), "not established");
        Assert.Throws<InvalidOperationException>(() => Client.Renegotiate(), "not established");
    }

    private static Exception? Capture(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static byte[] Data(int length, int seed)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_transport")]
    private static extern ref MemoryTransport TransportField(SslMachine machine);

    private static MemoryTransport TransportOf(SslMachine machine) => TransportField(machine);
}
