using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.ProxyProtocol;

/// <summary>A listener that expects a PROXY header in front of TLS.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class ProxyListenerTests(World world)
{
    private static readonly IPEndPoint s_source = IPEndPoint.Parse("203.0.113.5:4711");
    private static readonly IPEndPoint s_destination = IPEndPoint.Parse("198.51.100.1:443");
    private static readonly byte[] s_line = Encoding.ASCII.GetBytes("PROXY TCP4 203.0.113.5 198.51.100.1 4711 443\r\n");
    private static readonly byte[] s_binary = ProxyHeader.Proxied(s_source, s_destination, tlvs: [new ProxyTlv(ProxyTlv.Authority, "example.org"u8.ToArray())]).ToBytes(withChecksum: true);

    private readonly List<TlsConnection> _accepted = [];
    private Bench _bench = null!;

    [SetUp]
    public void Begin()
    {
        _accepted.Clear();
        _bench = new Bench(world, connection: new TlsConnectionOptions { ShutdownTimeout = TimeSpan.FromSeconds(1) });
    }

    [TearDown]
    public void End()
    {
        _bench.Dispose();
        Assert.That(_bench.Unhandled, Is.Empty);
    }

    [Test]
    public async Task A_header_and_the_ClientHello_behind_it_may_come_in_any_portions([Values(1, 2)] int version, [Values(1, 7, 100_000)] int portion)
    {
        using TlsListener listener = Listen();
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await using var stream = new PrefixedStream(peer.Socket, version == 1 ? s_line : s_binary, portion);
        await EchoAsync(stream);
        TlsConnection connection = await AcceptedAsync(0);
        Assert.That((connection.ProxyHeader!.Source, connection.ProxyHeader.Destination, (int)connection.ProxyHeader.Version), Is.EqualTo((s_source, s_destination, version)));
        Assert.That(connection.ProxyHeader.Authority, Is.EqualTo(version == 1 ? null : "example.org"));
        Assert.That(connection.RemoteEndPoint, Is.EqualTo(peer.Socket.LocalEndPoint), "the proxy's");
        Assert.That(connection.Info!.Protocol, Is.EqualTo(world.Protocol));
    }

    [Test]
    public async Task A_header_may_be_cut_at_each_byte_and_the_loop_rests_between_its_parts([Values(1, 2)] int version)
    {
        using TlsListener listener = Listen();
        byte[] header = version == 1 ? s_line : s_binary;
        for (int cut = 1; cut < header.Length; cut++)
        {
            using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
            await peer.SendAsync(header.AsMemory(0, cut));
            TlsConnection connection = await AcceptedAsync(cut - 1);
            await PassTurnsAsync();
            long before = await _bench.Loop.TurnsAsync();
            await PassTurnsAsync();
            Assert.That(await _bench.Loop.TurnsAsync() - before, Is.LessThanOrEqualTo(4), $"cut at {cut}: what came is not left to wake the loop again and again");
            Assert.That((connection.ProxyHeader, connection.State), Is.EqualTo(((ProxyHeader?)null, ConnectionState.Handshaking)));
            await peer.SendAsync(header.AsMemory(cut));
            await PassTurnsAsync();
            Assert.That(connection.ProxyHeader!.Source, Is.EqualTo(s_source), $"cut at {cut}");
            peer.Reset();
        }
    }

    [Test]
    public async Task The_handler_knows_for_whom_the_connection_is_when_it_opens()
    {
        var seen = new TaskCompletionSource<ProxyHeader?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using TlsListener listener = Listen(_ => new RecordingHandler { Opened = connection => seen.SetResult(connection.ProxyHeader) });
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(s_line);
        await using SslStream tls = await peer.SecureAsync();
        Assert.That((await seen.Task.WaitAsync(Bench.Deadline))?.Source, Is.EqualTo(s_source));
    }

    [Test]
    public async Task A_connector_says_for_whom_it_connects([Values(1, 2)] int version, [Values] bool local)
    {
        using TlsListener listener = Listen();
        ProxyHeader header = local ? ProxyHeader.Local : ProxyHeader.Proxied(s_source, s_destination, (ProxyProtocolVersion)version);
        var options = new TlsConnectOptions { Connection = _bench.Connection, ProxyHeader = header };
        await using TlsStream stream = await TlsStream.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, _bench.Client, options).WaitAsync(Bench.Deadline);
        await stream.WriteAsync("there and back"u8.ToArray());
        await stream.ReadExactlyAsync(new byte[14]).AsTask().WaitAsync(Bench.Deadline);
        TlsConnection accepted = await AcceptedAsync(0);
        Assert.That((accepted.ProxyHeader!.IsLocal, accepted.ProxyHeader.Source), Is.EqualTo((local, local ? null : s_source)));
        Assert.That(stream.Connection.ProxyHeader, Is.Null, "nobody has told the client anything");
    }

    [Test]
    public async Task What_a_connector_sends_begins_with_the_header_byte_for_byte_and_TLS_follows()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        ProxyHeader header = ProxyHeader.Proxied(s_source, s_destination, tlvs: [new ProxyTlv(0xE0, new byte[12_000])]);
        var options = new TlsConnectOptions { Connection = _bench.Connection with { SendBuffer = 1 }, ProxyHeader = header };
        Task connecting = TlsConnector.ConnectAsync(_bench.Loop, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, _bench.Client, new RecordingHandler(), options);
        using (Socket socket = await listener.AcceptSocketAsync())
        {
            byte[] expected = header.ToBytes();
            byte[] first = new byte[expected.Length + 1];
            await new NetworkStream(socket).ReadExactlyAsync(first).AsTask().WaitAsync(Bench.Deadline);
            Assert.That(first[..^1], Is.EqualTo(expected));
            Assert.That(first[^1], Is.EqualTo(0x16), "a handshake record");
        }

        await Assert.ThatAsync(() => connecting.WaitAsync(Bench.Deadline), Throws.InstanceOf<TlsConnectException>());
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return new TestCaseData("GET / HTTP/1.1\r\n\r\n"u8.ToArray()).SetArgDisplayNames("HTTP");
        yield return new TestCaseData(new byte[] { 0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0 }).SetArgDisplayNames("TLS at once");
        yield return new TestCaseData("PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\r\n"u8.ToArray()).SetArgDisplayNames("a port of 17 bits");
        yield return new TestCaseData(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [], ushort.MaxValue)).SetArgDisplayNames("64 KiB announced");
        yield return new TestCaseData(Encoding.ASCII.GetBytes("PROXY UNKNOWN ".PadRight(200))).SetArgDisplayNames("a line without end");
    }

    [TestCaseSource(nameof(Refused))]
    public async Task A_wrong_header_or_none_ends_its_connection_before_TLS_and_no_other(byte[] bytes)
    {
        using TlsListener listener = Listen();
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(bytes);
        CloseOutcome outcome = await (await AcceptedAsync(0)).Closed.WaitAsync(Bench.Deadline);
        Assert.That((outcome.Reason, outcome.Exception?.GetType()), Is.EqualTo((CloseReason.ProtocolError, typeof(ProxyHeaderException))), outcome.ToString());
        Assert.That(outcome.AlertSent, Is.Null);
        SocketException? reset = await Assert.ThrowsAsync<SocketException>(async () => await peer.Socket.ReceiveAsync(new byte[1]).WaitAsync(Bench.Deadline));
        Assert.That(reset!.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset), "not a byte, not an alert");

        using RawPeer good = await RawPeer.ConnectAsync(listener.EndPoint);
        await good.SendAsync(s_binary);
        await EchoAsync(new NetworkStream(good.Socket));
    }

    [Test]
    public async Task A_listener_that_expects_none_takes_a_header_for_what_it_is_not_TLS()
    {
        using TlsListener listener = Listen(mode: ProxyProtocolMode.None);
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(s_line);
        CloseOutcome outcome = await (await AcceptedAsync(0)).Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError));
        Assert.That(_accepted[0].ProxyHeader, Is.Null);
    }

    [TestCase(0)]
    [TestCase(20)]
    public async Task A_peer_that_leaves_before_its_header_is_complete_has_truncated_its_stream(int count)
    {
        using TlsListener listener = Listen();
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(s_line.AsMemory(0, count));
        peer.Fin();
        CloseOutcome outcome = await (await AcceptedAsync(0)).Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Truncated), outcome.ToString());
    }

    [Test]
    public async Task A_peer_that_resets_before_its_header_is_complete_has_reset()
    {
        using TlsListener listener = Listen();
        RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(s_line.AsMemory(0, 20));
        TlsConnection connection = await AcceptedAsync(0);
        peer.Reset();
        Assert.That((await connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Reset));
    }

    [Test]
    public async Task Header_and_handshake_have_one_deadline_whatever_trickles()
    {
        using TlsListener listener = Listen(timeout: TimeSpan.FromMilliseconds(500));
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        await peer.SendAsync("PROXY UNKNOWN "u8.ToArray());
        TlsConnection connection = await AcceptedAsync(0);
        for (int i = 0; i < 90 && !connection.Closed.IsCompleted; i++)
        {
            await pause.WaitForNextTickAsync();
            try
            {
                await peer.SendAsync("x"u8.ToArray());
            }
            catch (SocketException) when (connection.Closed.IsCompleted)
            {
                // As it should be.
            }
        }

        CloseOutcome outcome = await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.HandshakeTimeout), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain("PROXY header"));
    }

    [Test]
    public async Task The_time_that_the_header_took_is_the_handshakes()
    {
        using TlsListener listener = Listen(timeout: TimeSpan.FromMilliseconds(500));
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(s_binary);
        CloseOutcome outcome = await (await AcceptedAsync(0)).Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.HandshakeTimeout), outcome.ToString());
        Assert.That(outcome.Exception!.Message, Does.Contain("handshake"));
    }

    [TestCase("Abort", CloseReason.Aborted)]
    [TestCase("Dispose", CloseReason.Disposed)]
    [TestCase("Close", CloseReason.Disposed)]
    [TestCase("Loop", CloseReason.Disposed)]
    public async Task A_connection_can_be_ended_while_its_header_is_waited_for(string how, CloseReason reason)
    {
        Holdings before = Holdings.Now();
        using TlsListener listener = Listen();
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(s_line.AsMemory(0, 9));
        TlsConnection connection = await AcceptedAsync(0);
        await PassTurnsAsync();
        if (how == "Abort") connection.Abort();
        else if (how == "Dispose") connection.Dispose();
        else if (how == "Close") connection.Close();
        else await Task.Run(_bench.Loop.Dispose);
        if (how == "Close") peer.Fin();
        Assert.That((await connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(reason));
        peer.Dispose();
        listener.Dispose();
        await Eventually.BecomesTrue(() => Holdings.Now().Ssl <= before.Ssl, "the SSL is freed");
    }

    [Test]
    public async Task What_is_sent_before_the_header_has_come_follows_the_handshake()
    {
        using TlsListener listener = Listen(connection =>
        {
            connection.Send("first"u8);
            return new RecordingHandler();
        });
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        _ = await AcceptedAsync(0);
        await PassTurnsAsync();
        await peer.SendAsync(s_line);
        await using SslStream tls = await peer.SecureAsync();
        byte[] first = new byte[5];
        await tls.ReadExactlyAsync(first).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(first, Is.EqualTo("first"u8.ToArray()));
    }

    // What was sent over loopback is there: the turn after the next one has seen it.
    private async Task PassTurnsAsync()
    {
        await _bench.Loop.TurnsAsync();
        await _bench.Loop.TurnsAsync();
        await _bench.Loop.TurnsAsync();
    }

    private static async Task EchoAsync(NetworkStream stream)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }).WaitAsync(Bench.Deadline);
        byte[] sent = [.. Enumerable.Range(0, 3000).Select(i => (byte)i)];
        await tls.WriteAsync(sent);
        byte[] back = new byte[sent.Length];
        await tls.ReadExactlyAsync(back).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(back, Is.EqualTo(sent));
    }

    private async Task<TlsConnection> AcceptedAsync(int index)
    {
        await Eventually.BecomesTrue(() => Count() > index, "it is accepted");
        lock (_accepted) return _accepted[index];

        int Count()
        {
            lock (_accepted) return _accepted.Count;
        }
    }

    private TlsListener Listen(Func<TlsConnection, TlsConnectionHandler>? handler = null, ProxyProtocolMode mode = ProxyProtocolMode.Required, TimeSpan? timeout = null)
    {
        var options = new TlsListenerOptions { ProxyProtocol = mode, Connection = _bench.Connection with { HandshakeTimeout = timeout ?? TimeSpan.FromSeconds(30) } };
        return TlsListener.Start(_bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), _bench.Server, Accept, options);

        TlsConnectionHandler Accept(TlsConnection connection)
        {
            lock (_accepted) _accepted.Add(connection);
            return handler?.Invoke(connection) ?? new EchoHandler();
        }
    }
}
