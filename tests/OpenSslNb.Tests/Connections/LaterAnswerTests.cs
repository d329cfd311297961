using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Handshakes that wait for the application hold up nobody else, end in time, and take an answer that comes too late for nothing.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class LaterAnswerTests(World world)
{
    private Bench _bench = null!;

    [SetUp]
    public void Begin() => _bench = new Bench(world);

    [TearDown]
    public void End() => _bench.Dispose();

    [Test]
    public async Task Others_are_served_while_a_handshake_waits_and_it_goes_on_when_the_answer_comes()
    {
        var answer = new TaskCompletionSource<TlsContext?>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using TlsContext server = Server(hello =>
        {
            asked.SetResult();
            return new(answer.Task);
        });
        using TlsListener slow = Listen(server);
        using TlsListener other = _bench.Listen(_ => new EchoHandler());
        Task<TlsStream> waiting = _bench.ConnectStreamAsync(slow);
        await asked.Task.WaitAsync(Bench.Deadline);
        await using (TlsStream stream = await _bench.ConnectStreamAsync(other)) await EchoAsync(stream);
        Assert.That(waiting.IsCompleted, Is.False);

        // Answered on another thread, whose continuation this is.
        answer.SetResult(null);
        await using TlsStream late = await waiting;
        await EchoAsync(late);
    }

    [Test]
    public async Task The_handshakes_timeout_goes_on_while_it_waits()
    {
        using TlsContext server = Server(_ => new(new TaskCompletionSource<TlsContext?>().Task));
        var ended = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using TlsListener listener = Listen(server, new EndedHandler(ended), TimeSpan.FromMilliseconds(200));
        Assert.That(async () => await _bench.ConnectAsync(listener, new RecordingHandler()), Throws.InstanceOf<TlsConnectException>());
        Assert.That((await ended.Task.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.HandshakeTimeout));
    }

    [Test]
    public async Task An_answer_for_a_connection_that_has_ended_is_for_nothing()
    {
        int before = NativeLive.Ssl;
        var answers = new List<TaskCompletionSource<TlsContext?>>();
        using TlsContext server = Server(_ =>
        {
            var answer = new TaskCompletionSource<TlsContext?>();
            answers.Add(answer);
            return new(answer.Task);
        });
        var ended = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (TlsListener listener = Listen(server, new EndedHandler(ended), TimeSpan.FromMilliseconds(200)))
        {
            Assert.That(async () => await _bench.ConnectAsync(listener, new RecordingHandler()), Throws.InstanceOf<TlsConnectException>());
            _ = await ended.Task.WaitAsync(Bench.Deadline);
        }

        foreach (TaskCompletionSource<TlsContext?> answer in answers) answer.SetResult(null);
        using TlsListener alive = _bench.Listen(_ => new EchoHandler());
        await using (TlsStream stream = await _bench.ConnectStreamAsync(alive)) await EchoAsync(stream);
        await Eventually.BecomesTrue(() => NativeLive.Ssl == before, "every SSL is freed");
        Assert.That(_bench.Unhandled, Is.Empty);
    }

    [Test]
    public async Task A_crowd_is_judged_on_both_sides_by_answers_from_any_thread_at_any_time()
    {
        const int Crowd = 40;
        using TlsContext server = TlsContext.CreateServer(Options<TlsServerOptions>(_bench.Server) with { ClientTrust = TlsTrust.FromPem(_bench.Certificate.ExportCertificatePem()), VerifyPeer = JudgeAsync, SelectContext = async _ => await SoonAsync<TlsContext?>(null) });
        using TlsContext client = TlsContext.CreateClient(Options<TlsClientOptions>(_bench.Client) with { VerifyPeer = JudgeAsync, SelectCertificate = async _ => await SoonAsync(_bench.Certificate) });
        using TlsListener listener = Listen(server);
        await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => Task.Run(async () =>
        {
            await using TlsStream stream = await TlsStream.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { Connection = _bench.Connection });
            await EchoAsync(stream);
        }))).WaitAsync(Bench.Deadline);
        Assert.That(_bench.Unhandled, Is.Empty);
    }

    private static async ValueTask<bool> JudgeAsync(TlsPeerVerification subject) => await SoonAsync(subject.Error is null);

    // Some at once, some in a while, and not on the loop's thread.
    private static async Task<T> SoonAsync<T>(T answer)
    {
        if (Random.Shared.Next(3) > 0) await Task.Yield();
        if (Random.Shared.Next(3) == 0) await Task.Delay(Random.Shared.Next(20));
        return answer;
    }

    private static async Task EchoAsync(TlsStream stream)
    {
        byte[] bytes = [1, 2, 3];
        await stream.WriteAsync(bytes);
        byte[] answer = new byte[3];
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(answer, Is.EqualTo(bytes));
    }

    private static T Options<T>(TlsContext context)
        where T : TlsOptions => (T)context.Options;

    private TlsContext Server(Func<TlsClientHello, ValueTask<TlsContext?>> select) => TlsContext.CreateServer(Options<TlsServerOptions>(_bench.Server) with { SelectContext = select });

    private TlsListener Listen(TlsContext context, TlsConnectionHandler? handler = null, TimeSpan? timeout = null) =>
        TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), context, _ => handler ?? new EchoHandler(), new TlsListenerOptions { Connection = _bench.Connection with { HandshakeTimeout = timeout ?? Bench.Deadline } });

    private sealed class EndedHandler(TaskCompletionSource<CloseOutcome> ended) : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => Assert.Fail("data before the answer");

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => ended.TrySetResult(outcome);
    }
}
