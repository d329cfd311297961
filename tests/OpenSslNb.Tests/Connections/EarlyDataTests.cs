using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Early data over sockets: which callback gets it, what becomes of it when the server does not take it, and that nothing of it is delivered on a connection that never came about.</summary>
[TestFixtureSource(typeof(EarlyDataTests), nameof(Worlds))]
public sealed class EarlyDataTests(World world)
{
    private static readonly byte[] s_request = "GET /once"u8.ToArray();

    private Bench _bench = null!;
    private TlsContext _server = null!;
    private TlsContext _client = null!;

    public static IEnumerable<World> Worlds => World.All.Where(world => world.Protocol == TlsProtocol.Tls13);

    [SetUp]
    public void Begin()
    {
        _bench = new Bench(world);
        _server = Server();
        _client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { SessionCacheSize = 10 });
    }

    [TearDown]
    public void End()
    {
        _bench.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    [Test]
    public async Task A_server_that_takes_it_answers_before_its_handshake_has_ended()
    {
        var handler = new RequestHandler { TakesEarly = true };
        using TlsListener listener = Listen(_server, handler);
        await GetSessionAsync(listener);
        handler.Events.Clear();
        var answers = new RecordingHandler();
        using TlsConnection connection = await ConnectAsync(listener, answers);
        Assert.That(connection.Info!.EarlyData, Is.EqualTo(TlsEarlyData.Accepted));
        await Eventually.BecomesTrue(() => answers.ReceivedLength == s_request.Length, "the answer comes");
        await Eventually.BecomesTrue(() => handler.Events.Contains("opened"), "the server's handshake ends");
        Assert.That(handler.Events, Is.EqualTo(new[] { "early GET /once", "opened" }));
    }

    [Test]
    public async Task A_PROXY_header_goes_before_it()
    {
        var handler = new RequestHandler { TakesEarly = true };
        using TlsListener listener = TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), _server, _ => handler, new TlsListenerOptions { Connection = _bench.Connection, ProxyProtocol = ProxyProtocolMode.Required });
        var options = new TlsConnectOptions { Connection = _bench.Connection, EarlyData = s_request, ProxyHeader = ProxyHeader.Local };
        TlsEarlyData[] outcomes = new TlsEarlyData[2];
        for (int i = 0; i < outcomes.Length; i++)
        {
            using TlsConnection connection = await TlsConnector.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, _client, new RecordingHandler(), options).WaitAsync(Bench.Deadline);
            outcomes[i] = connection.Info!.EarlyData;
            await Eventually.BecomesTrue(() => _client.SessionCount > 0, "the ticket comes");
            connection.Close();
            _ = await connection.Closed.WaitAsync(Bench.Deadline);
        }

        Assert.That(outcomes, Is.EqualTo(new[] { TlsEarlyData.None, TlsEarlyData.Accepted }));
        Assert.That(handler.Events, Does.Contain("early GET /once"));
    }

    [Test]
    public async Task What_the_server_leaves_comes_when_the_handshake_has_ended()
    {
        var handler = new RequestHandler();
        using TlsListener listener = Listen(_server, handler);
        await GetSessionAsync(listener);
        handler.Events.Clear();
        var answers = new RecordingHandler();
        using TlsConnection connection = await ConnectAsync(listener, answers);
        connection.Send("more"u8);
        await Eventually.BecomesTrue(() => answers.ReceivedLength == s_request.Length + 4, "both are answered");
        Assert.That(string.Join('|', handler.Events), Does.StartWith("early GET /once|opened|data GET /once").And.EndsWith("more"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task What_is_rejected_is_told_and_sent_again_only_if_the_application_says_so(bool resend)
    {
        var handler = new RequestHandler();
        using (TlsListener first = Listen(_server, handler)) await GetSessionAsync(first);
        handler.Events.Clear();

        // It knows nothing of the other's sessions.
        using TlsContext other = Server();
        using TlsListener listener = Listen(other, handler);
        _client.ImportSessions(Renamed(_client.ExportSessions(), listener));
        var answers = new RecordingHandler();
        using TlsConnection connection = await ConnectAsync(listener, answers, resend);
        connection.Send("behind"u8);
        Assert.That(connection.Info!.EarlyData, Is.EqualTo(TlsEarlyData.Rejected));
        int expected = (resend ? s_request.Length : 0) + 6;
        await Eventually.BecomesTrue(() => answers.ReceivedLength >= expected, "the answers come");
        Assert.That(System.Text.Encoding.ASCII.GetString(answers.Received), Is.EqualTo((resend ? "GET /once" : "") + "behind"));
        Assert.That(handler.Events, Has.None.StartsWith("early"));
    }

    [Test]
    public async Task Without_a_session_it_goes_in_the_ordinary_way_before_everything_else()
    {
        using TlsListener listener = Listen(_server, new RequestHandler());
        var answers = new RecordingHandler();
        using TlsConnection connection = await ConnectAsync(listener, answers, resend: true);
        connection.Send("behind"u8);
        Assert.That(connection.Info!.EarlyData, Is.EqualTo(TlsEarlyData.None));
        await Eventually.BecomesTrue(() => answers.ReceivedLength == s_request.Length + 6, "the answers come");
        Assert.That(System.Text.Encoding.ASCII.GetString(answers.Received), Is.EqualTo("GET /oncebehind"));
    }

    [TestCase(false, CloseReason.HandshakeTimeout)]
    [TestCase(true, CloseReason.Truncated)]
    public async Task A_handshake_that_does_not_end_delivers_nothing_that_was_left_to_wait_for_it(bool goes, CloseReason reason)
    {
        var handler = new RequestHandler();
        using TlsListener listener = Listen(_server, handler, goes ? Bench.Deadline : TimeSpan.FromMilliseconds(300));
        await GetSessionAsync(listener);
        handler.Events.Clear();

        // The first flight alone: as whoever has recorded it would send it.
        _client.ImportSessions(Renamed(_client.ExportSessions(), "127.0.0.1"));
        using var recorded = new SslMachine(_client, "127.0.0.1");
        Assert.That(recorded.OfferEarlyData(s_request), Is.True);
        _ = recorded.Handshake();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(listener.EndPoint);
        _ = await socket.SendAsync(recorded.Output.ToArray());
        await Eventually.BecomesTrue(() => handler.Events.Contains("early GET /once"), "the recording is seen");
        if (goes) socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await Eventually.BecomesTrue(() => handler.Events.Any(e => e.StartsWith("closed")), "the handshake comes to nothing");
        Assert.That(handler.Events, Is.EqualTo(new[] { "early GET /once", $"closed {reason}" }));
    }

    [Test]
    public async Task A_handler_that_throws_over_it_ends_its_connection()
    {
        var handler = new RequestHandler();
        using TlsListener listener = Listen(_server, handler);
        await GetSessionAsync(listener);
        handler.Events.Clear();
        handler.Throws = true;

        // Whether the client's handshake ends before it hears of it is open.
        Task<TlsConnection> connecting = ConnectAsync(listener, new RecordingHandler());
        await Eventually.BecomesTrue(() => handler.Events.Contains("closed CallbackFailed"), "the server ends it");
        await connecting.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Test]
    public async Task An_early_answer_and_a_close_behind_it_go_out_in_full()
    {
        byte[] much = new byte[200_000];
        Random.Shared.NextBytes(much);
        var handler = new RequestHandler { TakesEarly = true, Answer = much, Closes = true };
        using TlsListener listener = Listen(_server, handler);
        await GetSessionAsync(listener);
        var answers = new RecordingHandler();
        using TlsConnection connection = await ConnectAsync(listener, answers);
        Assert.That((await connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
        Assert.That(answers.Received, Is.EqualTo(much));
    }

    // Sessions are kept by name and port: this is what a client would have that met another server at the same place.
    private static byte[] Renamed(byte[] sessions, TlsListener listener) => Renamed(sessions, $"127.0.0.1:{listener.EndPoint.Port}");

    private static byte[] Renamed(byte[] sessions, string peer)
    {
        // What it is, and the scope of its context.
        ReadOnlySpan<byte> head = sessions.AsSpan(0, "opensslnb sessions 2\n".Length + 32);
        int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(sessions.AsSpan(head.Length));
        byte[] name = System.Text.Encoding.UTF8.GetBytes(peer);
        byte[] nameLength = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(nameLength, name.Length);
        return [.. head, .. nameLength, .. name, .. sessions[(head.Length + 4 + length)..]];
    }

    private async Task GetSessionAsync(TlsListener listener)
    {
        using TlsConnection connection = await TlsConnector.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, _client, new RecordingHandler(), new TlsConnectOptions { Connection = _bench.Connection }).WaitAsync(Bench.Deadline);
        connection.Send("x"u8);
        await Eventually.BecomesTrue(() => _client.SessionCount > 0, "the ticket comes");
        connection.Close();
        _ = await connection.Closed.WaitAsync(Bench.Deadline);
    }

    private Task<TlsConnection> ConnectAsync(TlsListener listener, TlsConnectionHandler handler, bool resend = false) =>
        TlsConnector.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, _client, handler, new TlsConnectOptions { Connection = _bench.Connection, EarlyData = s_request, ResendEarlyData = resend }).WaitAsync(Bench.Deadline);

    private TlsContext Server() => TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { MaximumEarlyData = 16_384 });

    private TlsListener Listen(TlsContext context, TlsConnectionHandler handler, TimeSpan? timeout = null) =>
        TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), context, _ => handler, new TlsListenerOptions { Connection = _bench.Connection with { HandshakeTimeout = timeout ?? Bench.Deadline } });

    private sealed class RequestHandler : TlsConnectionHandler
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Events { get; } = new();

        public bool TakesEarly { get; init; }

        public bool Throws { get; set; }

        public bool Closes { get; init; }

        public byte[]? Answer { get; init; }

        public override bool OnEarlyData(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            Events.Enqueue($"early {System.Text.Encoding.ASCII.GetString(data)}");
            if (Throws) throw new InvalidOperationException("the application is broken");
            if (!TakesEarly) return false;
            connection.Send(Answer ?? data);
            if (Closes) connection.Close();
            return true;
        }

        public override void OnOpened(TlsConnection connection) => Events.Enqueue("opened");

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            Events.Enqueue($"data {System.Text.Encoding.ASCII.GetString(data)}");
            connection.Send(data);
        }

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => Events.Enqueue($"closed {outcome.Reason}");
    }
}
