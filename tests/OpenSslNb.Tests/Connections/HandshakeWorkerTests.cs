using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Connections;

/// <summary>Handshakes whose private key takes its time hold up nobody else when workers do their steps.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class HandshakeWorkerTests(World world)
{
    private const int Others = 1_000;

    private Bench _bench = null!;
    private TlsWorkers _workers = null!;

    [SetUp]
    public void Begin()
    {
        _bench = new Bench(world);
        _workers = new TlsWorkers(2);
    }

    [TearDown]
    public void End()
    {
        _bench.Dispose();
        _workers.Dispose();
        Assert.That(_bench.Unhandled, Is.Empty);
    }

    [Test]
    public async Task While_a_key_is_at_work_every_other_connection_is_answered()
    {
        using var key = new SlowKey();
        using TlsContext server = Server(key);
        using TlsListener slow = Listen(server);
        using TlsListener echo = _bench.Listen(_ => new EchoHandler());
        TlsStream[] others = await ConnectOthersAsync(echo);
        Task<TlsStream> waiting = _bench.ConnectStreamAsync(slow);
        await key.Began.Task.WaitAsync(Bench.Deadline);

        // The key is being used now, and stays so until all of them have their answers.
        for (int round = 0; round < 3; round++) await Task.WhenAll(others.Select(EchoAsync));
        Assert.That(waiting.IsCompleted, Is.False);
        key.GoOn();
        await using (TlsStream stream = await waiting) await EchoAsync(stream);
        foreach (TlsStream stream in others) await stream.DisposeAsync();
    }

    [Test]
    public async Task A_handshake_that_is_given_up_meanwhile_leaves_nothing_behind()
    {
        int before = NativeLive.Ssl;
        using var key = new SlowKey();
        using TlsContext server = Server(key);
        var ended = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using TlsListener slow = Listen(server, connection => connection.Closed.ContinueWith(closed => ended.TrySetResult(closed.Result), TaskScheduler.Default), TimeSpan.FromMilliseconds(200));
        Assert.That(async () => await _bench.ConnectStreamAsync(slow), Throws.InstanceOf<TlsConnectException>());
        Assert.That((await ended.Task.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.HandshakeTimeout));
        Assert.That(NativeLive.Ssl, Is.GreaterThan(before), "the worker still has it");
        key.GoOn();
        await Eventually.BecomesTrue(() => NativeLive.Ssl == before, "the worker frees it");
    }

    [Test]
    public async Task What_comes_right_behind_the_handshake_is_not_lost()
    {
        byte[] much = new byte[300_000];
        Random.Shared.NextBytes(much);
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers });
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { HandshakeWorkers = _workers });
        using TlsListener listener = Listen(server);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            await using TlsStream stream = await TlsStream.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { Connection = _bench.Connection }).WaitAsync(Bench.Deadline);
            Task writing = stream.WriteAsync(much).AsTask();
            byte[] answer = new byte[much.Length];
            await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
            await writing;
            Assert.That(answer, Is.EqualTo(much));
        }));
    }

    // Whoever speaks last in a handshake may go on at once: the client in TLS 1.3, the server in TLS 1.2. The other side has workers, and gets Finished and data in one piece.
    [Test]
    public async Task Data_in_the_same_segment_as_the_last_of_the_handshake_is_not_lost()
    {
        bool clientIsLast = world.Protocol == TlsProtocol.Tls13;
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = clientIsLast ? _workers : null });
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { HandshakeWorkers = clientIsLast ? null : _workers });
        using var pair = new MachinePair(server, client);
        (SslMachine last, SslMachine other) = clientIsLast ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        byte[] data = [.. "at once"u8];
        bool isSaid = false;
        for (bool isDone = false; !isDone;)
        {
            if (last.Handshake().IsDone && !isSaid)
            {
                Assert.That(last.Write(data).IsDone, Is.True);
                isSaid = true;
            }

            _ = MachinePair.Carry(last, other);
            isDone = other.Handshake().IsDone;
            await other.WaitForAnswerAsync().WaitAsync(Bench.Deadline);
            _ = MachinePair.Carry(other, last);
        }

        Assert.That(MachinePair.ReadAll(other).Data, Is.EqualTo(data));
    }

    [Test]
    public async Task A_handshake_that_fails_tells_its_alert()
    {
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers, ApplicationProtocols = ["h2"] });
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { HandshakeWorkers = _workers, ApplicationProtocols = ["http/1.1"] });
        using TlsListener listener = Listen(server);
        TlsConnectException fault = (await Assert.ThrowsAsync<TlsConnectException>(() => TlsConnector.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new EchoHandler(), new TlsConnectOptions { Connection = _bench.Connection })))!;
        Assert.That((fault.Outcome.Reason, fault.Outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, 120)), "no_application_protocol");
    }

    [Test]
    public async Task Callbacks_and_answers_that_come_later_work_as_ever()
    {
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers, SelectContext = LaterAsync, SessionStore = new MemorySessionStore(10) });
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { HandshakeWorkers = _workers, VerifyPeer = JudgeAsync, SessionCacheSize = 10 });
        using TlsListener listener = Listen(server);
        for (int i = 0; i < 3; i++)
        {
            await using TlsStream stream = await TlsStream.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { Connection = _bench.Connection }).WaitAsync(Bench.Deadline);
            await EchoAsync(stream);
            Assert.That(stream.Connection.Info!.IsResumed, Is.EqualTo(i > 0));
        }
    }

    [Test]
    public void Without_workers_any_more_a_handshake_fails_and_says_why()
    {
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers });
        using var pair = new MachinePair(server, _bench.Client, "localhost");
        _workers.Dispose();
        pair.Handshake();
        Assert.That(pair.Server.Failure!.Reason, Is.EqualTo(CloseReason.LocalError));
        Assert.That(pair.Server.Failure.Exception, Is.InstanceOf<ObjectDisposedException>());
        Assert.That(() => new TlsWorkers(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task A_machine_without_a_loop_waits_for_its_worker()
    {
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers });
        using var pair = new MachinePair(server, _bench.Client, "localhost");
        for (int i = 0; i < 20 && pair.Server.State != ConnectionState.Open; i++)
        {
            pair.Handshake();
            await pair.Server.WaitForAnswerAsync().WaitAsync(Bench.Deadline);
        }

        pair.Handshake();
        Assert.That((pair.Server.State, pair.Client.State), Is.EqualTo((ConnectionState.Open, ConnectionState.Open)));
        Assert.That(pair.Client.Write("there"u8).IsDone, Is.True);
        _ = MachinePair.Carry(pair.Client, pair.Server);
        Assert.That(MachinePair.ReadAll(pair.Server).Data, Is.EqualTo("there"u8.ToArray()));
    }

    // Nobody waits for the rest of a record that is none.
    [TestCase("474554202F20485454502F312E310D0A0D0A", TestName = "A request in plain HTTP")]
    [TestCase("160301FFFF", TestName = "A record of 64 KiB")]
    [TestCase("802B0103030012000000100000C02B00C02F00C02C00C03000CCA900CCA8000102030405060708090A0B0C0D0E0F", TestName = "A hello in the format of SSL 2.0")]
    public async Task What_begins_as_no_record_of_TLS_is_answered_at_once(string bytes)
    {
        using TlsContext context = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers });
        using var server = new SslMachine(context);
        server.Feed(Convert.FromHexString(bytes));
        SslStep step;
        do
        {
            step = server.Handshake();
            await server.WaitForAnswerAsync().WaitAsync(Bench.Deadline);
        }
        while (step is { IsBlocked: true, Want: SslWant.Async });
        Assert.That(step.Failure is not null || !server.Output.IsEmpty, "an error or an answer");
    }

    // Between worker and OpenSSL, too: otherwise there would be whole records there.
    [Test]
    public async Task A_testers_machine_is_stopped_at_every_byte_on_a_worker_too()
    {
        bool isOnWorker = false;
        using TlsContext context = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers, KeyLog = _ => isOnWorker = TlsWorkers.IsCurrent });
        using var client = new SslMachine(_bench.Client, "localhost");
        using var server = new SslMachine(context, peerName: null, 1024 * 1024, 128 * 1024, mostAtATime: 1);
        MemoryTransport between = server.Instance.OffLoop!.Memory;
        (int came, int went) = (0, 0);
        while (server.State == ConnectionState.Handshaking)
        {
            _ = client.Handshake();
            came += MachinePair.Carry(client, server);
            _ = server.Handshake();
            await server.WaitForAnswerAsync().WaitAsync(Bench.Deadline);
            went += MachinePair.Carry(server, client, chunk: 1);
            Assert.That(server.Output.IsEmpty, "one byte at a time");
        }

        Assert.That((server.State, isOnWorker), Is.EqualTo((ConnectionState.Open, true)));

        // But for the last of each flight, behind which nothing is asked for.
        Assert.That(between.Stops, Is.GreaterThanOrEqualTo(came + went - 10));
    }

    // A few at a time: all at once would be a matter of the backlog.
    private async Task<TlsStream[]> ConnectOthersAsync(TlsListener listener)
    {
        var others = new List<TlsStream>();
        foreach (int[] few in Enumerable.Range(0, Others).Chunk(50)) others.AddRange(await Task.WhenAll(few.Select(_ => _bench.ConnectStreamAsync(listener))));
        return [.. others];
    }

    private static async ValueTask<TlsContext?> LaterAsync(TlsClientHello hello)
    {
        await Task.Yield();
        return null;
    }

    private static async ValueTask<bool> JudgeAsync(TlsPeerVerification subject)
    {
        await Task.Yield();
        return subject.Error is null;
    }

    private static async Task EchoAsync(TlsStream stream)
    {
        byte[] answer = new byte[3];
        await stream.WriteAsync("abc"u8.ToArray());
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(answer, Is.EqualTo("abc"u8.ToArray()));
    }

    // The key log is written when the server has its keys, right before it signs: as good a place to be slow as any, on whichever thread does the step.
    private TlsContext Server(SlowKey key) => TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { HandshakeWorkers = _workers, KeyLog = _ => key.Use() });

    private TlsListener Listen(TlsContext context, Action<TlsConnection>? accepted = null, TimeSpan? timeout = null) =>
        TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), context, connection =>
        {
            accepted?.Invoke(connection);
            return new EchoHandler();
        }, new TlsListenerOptions { Connection = _bench.Connection with { HandshakeTimeout = timeout ?? Bench.Deadline } });

    private sealed class SlowKey : IDisposable
    {
        private readonly ManualResetEventSlim _mayGoOn = new();

        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Use()
        {
            _ = Began.TrySetResult();
            _ = _mayGoOn.Wait(Bench.Deadline);
        }

        public void GoOn() => _mayGoOn.Set();

        public void Dispose()
        {
            GoOn();
            _mayGoOn.Dispose();
        }
    }
}
