using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>The error queue belongs to the thread, and so to all connections of a loop: what one leaves there must not hurt another.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class ErrorQueueTests(World world)
{
    [Test]
    public async Task A_poisoned_error_queue_hurts_no_connection_of_the_thread()
    {
        using var bench = new Bench(world);
        using DuplexPair first = await DuplexPair.StartAsync(bench, 2 << 20);
        using DuplexPair second = await DuplexPair.StartAsync(bench, 2 << 20);
        while (first.Client.Received < (1 << 20))
        {
            await Poison(bench.Loop).WaitAsync(Bench.Deadline);
        }

        Assert.That(await first.EndAsync(), Is.Empty);
        Assert.That(await second.EndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_connection_that_fails_leaves_the_others_of_its_loop_untouched_and_reports_its_own_errors_only()
    {
        using var bench = new Bench(world);
        using DuplexPair good = await DuplexPair.StartAsync(bench, 4 << 20);
        var failed = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using TlsListener listener = bench.Listen(connection =>
        {
            connection.Closed.ContinueWith(t => failed.TrySetResult(t.Result), TaskScheduler.Default);
            return new RecordingHandler();
        });
        await Poison(bench.Loop);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.EndPoint.Port));
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        CloseOutcome outcome = await failed.Task.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError));
        IReadOnlyList<OpenSslError> errors = ((OpenSslException)outcome.Exception!).Errors;
        Assert.That(errors, Has.Count.EqualTo(1), outcome.ToString());
        Assert.That(errors[0].Reason, Is.EqualTo("http request"));
        Assert.That(await good.EndAsync(), Is.Empty);
    }

    // What a careless user of the same thread would leave behind.
    private static Task Poison(EventLoop loop)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            PutError();
            done.SetResult();
        });
        return done.Task;
    }

    private static unsafe void PutError()
    {
        fixed (byte* file = "poison.c\0"u8)
        {
            if (LibCrypto.ERR_new is not null)
            {
                LibCrypto.ERR_new();
                LibCrypto.ERR_set_error(CryptoConst.ERR_LIB_SSL, SslConst.SSL_R_BAD_LENGTH, file);
            }
            else
            {
                LibCrypto.ERR_put_error(CryptoConst.ERR_LIB_SSL, 0, SslConst.SSL_R_BAD_LENGTH, file, 1);
            }
        }
    }
}
