using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Why a pending write owns its bytes: what OpenSSL does to those who retry with others, and that the engine never does.</summary>
public sealed class RetryRuleTests
{
    private const int Record = 16 * 1024;

    private static readonly TlsProtocol[] s_protocols = [TlsProtocol.Tls12, TlsProtocol.Tls13];

    [TestCaseSource(nameof(s_protocols))]
    public unsafe void OpenSSL_takes_a_retry_with_the_same_pointer_and_length(TlsProtocol protocol)
    {
        using var pipe = new NarrowPipe(protocol);
        byte* buffer = stackalloc byte[Record];
        Assert.That(pipe.Write(buffer, Record), Is.EqualTo(SslConst.SSL_ERROR_WANT_WRITE));
        int attempts = 1;
        int error;
        do
        {
            pipe.Drain();
            attempts++;
            error = pipe.Write(buffer, Record);
        }
        while (error == SslConst.SSL_ERROR_WANT_WRITE);
        Assert.That(error, Is.EqualTo(SslConst.SSL_ERROR_NONE));
        Assert.That(attempts, Is.GreaterThan(10), "attempts over a narrow pipe");
    }

    [TestCaseSource(nameof(s_protocols))]
    public unsafe void OpenSSL_rejects_a_retry_from_a_moved_buffer_and_the_connection_is_lost(TlsProtocol protocol)
    {
        using var pipe = new NarrowPipe(protocol);
        byte* buffer = stackalloc byte[Record];
        byte* moved = stackalloc byte[Record];
        Assert.That(pipe.Write(buffer, Record), Is.EqualTo(SslConst.SSL_ERROR_WANT_WRITE));
        Assert.That(pipe.Write(moved, Record), Is.EqualTo(SslConst.SSL_ERROR_SSL));
        Assert.That(pipe.LastReason, Is.EqualTo(SslConst.SSL_R_BAD_WRITE_RETRY));
        pipe.Drain();
        Assert.That(pipe.Write(buffer, Record), Is.EqualTo(SslConst.SSL_ERROR_SSL).Or.EqualTo(SslConst.SSL_ERROR_SYSCALL), "the right retry, too late");
    }

    [TestCaseSource(nameof(s_protocols))]
    public unsafe void OpenSSL_rejects_a_retry_that_is_shorter_than_the_record_it_has_begun(TlsProtocol protocol)
    {
        using var pipe = new NarrowPipe(protocol);
        byte* buffer = stackalloc byte[Record];
        Assert.That(pipe.Write(buffer, Record), Is.EqualTo(SslConst.SSL_ERROR_WANT_WRITE));
        Assert.That(pipe.Write(buffer, 100), Is.EqualTo(SslConst.SSL_ERROR_SSL));
        Assert.That(pipe.LastReason, Is.EqualTo(SslConst.SSL_R_BAD_LENGTH));
    }

    [TestCaseSource(typeof(World), nameof(World.All))]
    public async Task The_engine_retries_again_and_again_and_never_trips_over_it(World world)
    {
        var tight = new TlsConnectionOptions { SendBuffer = 16 * 1024, ReceiveBuffer = 16 * 1024, CiphertextLimit = 20 * 1024 };
        using var bench = new Bench(world, connection: tight);

        // Appended to the very chunk whose head is pending, by many threads, with the collector moving what can be moved.
        const int Threads = 4;
        const int Messages = 4000;
        var server = new RecordingHandler();
        using TlsListener listener = bench.Listen(_ => server);
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            byte[] message = new byte[300];
            Array.Fill(message, (byte)thread);
            for (int i = 0; i < Messages; i++)
            {
                await client.SendAsync(message);
                if (i % 1000 == 0) GC.Collect();
            }
        }))).WaitAsync(Bench.Deadline);
        client.Close();
        CloseOutcome outcome = await client.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
        byte[] received = server.Received;
        Assert.That(Enumerable.Range(0, Threads).Select(thread => received.Count(b => b == thread)), Is.All.EqualTo(300 * Messages));
        if (world.Transport == TransportKind.SocketFd) Assert.That(TlsCounters.Of(bench.Loop).IdenticalRetries, Is.GreaterThan(0));
    }
}
