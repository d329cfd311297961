using System.Net.Security;
using Microsoft.Win32.SafeHandles;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Files go out in their place among all sends, as room comes. Here the library encrypts them; where the kernel does, see the tests of the program.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class SendFileTests(World world)
{
    // More than any of the queues here holds.
    private const int Length = 3_000_000;

    // The kernel and the queue together hold less than the file: a peer that does not read holds it up.
    private const int Small = 64 * 1024;
    private const int Large = 32 * 1024 * 1024;

    private static readonly byte[] s_content = Filled(7, Length);

    private TemporaryFile _file = null!;

    [SetUp]
    public void Write_the_file() => _file = new TemporaryFile(s_content);

    [TearDown]
    public void Delete_the_file() => _file.Dispose();

    [Test]
    public async Task A_file_goes_out_between_what_was_sent_before_and_after_it()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(accepted => new RecordingHandler
        {
            Opened = connection =>
            {
                connection.Send(Filled(1, 1000));
                _ = connection.SendFileAsync(_file.Handle, 0, Length);
                Assert.That(connection.TrySend(Filled(2, 10)), Is.EqualTo(SendResult.Full), "nothing overtakes a file that waits");
                _ = connection.SendAsync(Filled(3, 100_000));
                _ = connection.SendFileAsync(_file.Handle, 1, 2);
                connection.Close();
            },
        });
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        CloseOutcome outcome = await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), "close_notify comes behind all of it");
        byte[] expected = [.. Filled(1, 1000), .. s_content, .. Filled(3, 100_000), .. s_content[1..3]];
        Assert.That(client.Received.AsSpan().SequenceEqual(expected), Is.True);
        Assert.That(bench.Unhandled, Is.Empty);
    }

    [Test]
    public async Task From_another_thread_part_of_a_file_is_sent_and_its_handle_may_go_at_once([Values(0, 1, 16_384, 1_000_001)] int count)
    {
        const int Offset = 12_345;
        using var bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = 4096, LowWaterMark = 100 });
        var client = new RecordingHandler();
        using var accepted = new AcceptedConnections(bench);
        TlsConnection connection = await bench.ConnectAsync(accepted.Listener, client);
        TlsConnection server = await accepted.NextAsync();
        ValueTask sending = server.SendFileAsync(_file.Handle, Offset, count);
        _file.Handle.Dispose();
        await sending.AsTask().WaitAsync(Bench.Deadline);
        server.Close();
        await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(client.Received.AsSpan().SequenceEqual(s_content.AsSpan(Offset, count)), Is.True);
    }

    [Test]
    public async Task A_file_that_is_sent_before_the_handshake_follows_it()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(connection =>
        {
            _ = connection.SendFileAsync(_file.Handle, 0, Length);
            connection.Close();
            return new RecordingHandler();
        });
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(client.Received.AsSpan().SequenceEqual(s_content), Is.True);
    }

    [Test]
    public async Task The_handler_is_told_of_room_once_the_file_that_was_in_the_way_has_gone()
    {
        var handler = new RefusedHandler(_file.Handle, Length);
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => handler);
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        await connection.Closed.WaitAsync(Bench.Deadline);
        Assert.That(client.Received.AsSpan().SequenceEqual((byte[])[.. s_content, 1, 2, 3]), Is.True);
        Assert.That(handler.Refused, Is.GreaterThan(0).And.LessThan(1000), "told when there is room, and not again and again");
    }

    [Test]
    public async Task What_the_file_does_not_have_is_refused_at_once_and_the_connection_goes_on()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        Assert.That(() => connection.SendFileAsync(_file.Handle, 0, Length + 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"{Length} bytes"));
        Assert.That(() => connection.SendFileAsync(_file.Handle, Length + 1L, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => connection.SendFileAsync(_file.Handle, long.MaxValue, long.MaxValue), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => connection.SendFileAsync(_file.Handle, -1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => connection.SendFileAsync(_file.Handle, 0, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => connection.SendFileAsync(null!, 0, 1), Throws.ArgumentNullException);
        _file.Handle.Dispose();
        Assert.That(() => connection.SendFileAsync(_file.Handle, 0, 1), Throws.TypeOf<ObjectDisposedException>());
        connection.Send([5]);
        await Eventually.BecomesTrue(() => client.ReceivedLength == 1, "the echo");
    }

    [Test]
    public async Task A_file_that_becomes_shorter_under_way_ends_the_connection_as_cut_short()
    {
        using HeldUp heldUp = await HeldUp.BeginAsync(world);
        Task sending = heldUp.Server.SendFileAsync(heldUp.File.Handle, 0, Large).AsTask();
        _ = await heldUp.Tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline);
        RandomAccess.SetLength(heldUp.File.Handle, 1);
        long received = await DrainAsync(heldUp.Tls);
        EndOfStreamException? fault = await Assert.ThrowsAsync<EndOfStreamException>(() => sending.WaitAsync(Bench.Deadline));
        Assert.That(fault!.Message, Does.Contain("shorter"));
        CloseOutcome outcome = await heldUp.Server.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.LocalError));
        Assert.That(outcome.Exception, Is.SameAs(fault));
        Assert.That(received, Is.LessThan(Large));
    }

    [Test]
    public async Task Cancelled_under_way_the_connection_is_aborted_and_before_nothing_is_sent()
    {
        using HeldUp heldUp = await HeldUp.BeginAsync(world);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task sending = heldUp.Server.SendFileAsync(heldUp.File.Handle, 0, Large, first.Token).AsTask();
        Task behind = heldUp.Server.SendFileAsync(_file.Handle, 0, Length, second.Token).AsTask();
        _ = await heldUp.Tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline);
        await second.CancelAsync();
        await Assert.ThatAsync(() => behind.WaitAsync(Bench.Deadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(heldUp.Server.Outcome, Is.Null, "nothing of the second was sent yet");
        await first.CancelAsync();
        await Assert.ThatAsync(() => sending.WaitAsync(Bench.Deadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await heldUp.Server.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Aborted));
    }

    [Test]
    public async Task The_end_of_the_connection_ends_a_file_that_waits_and_lets_go_of_it()
    {
        using HeldUp heldUp = await HeldUp.BeginAsync(world);
        Task sending = heldUp.Server.SendFileAsync(heldUp.File.Handle, 0, Large).AsTask();
        heldUp.File.Handle.Dispose();
        heldUp.Raw.Reset();
        await Assert.ThatAsync(() => sending.WaitAsync(Bench.Deadline), Throws.TypeOf<TlsClosedException>());
        Assert.That(heldUp.File.IsOpenInThisProcess, Is.False);
        await Assert.ThatAsync(() => heldUp.Server.SendFileAsync(_file.Handle, 0, 1).AsTask(), Throws.TypeOf<TlsClosedException>());
    }

    private static async Task<long> DrainAsync(SslStream tls)
    {
        byte[] buffer = new byte[64 * 1024];
        long all = 0;
        try
        {
            while (await tls.ReadAsync(buffer).AsTask().WaitAsync(Bench.Deadline) is > 0 and var count) all += count;
        }
        catch (IOException)
        {
            // The end without close_notify, which is what is looked for.
        }

        return all;
    }

    private static byte[] Filled(int seed, int length)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    private sealed class TemporaryFile : IDisposable
    {
        private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        public TemporaryFile(byte[] content)
        {
            File.WriteAllBytes(_path, content);
            Handle = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        }

        public SafeFileHandle Handle { get; }

        public bool IsOpenInThisProcess => Directory.GetFiles("/proc/self/fd").Any(fd => new FileInfo(fd).LinkTarget == _path);

        public void Dispose()
        {
            Handle.Dispose();
            File.Delete(_path);
        }
    }

    // A client that does not read, so that a large file waits in the server.
    private sealed class HeldUp : IDisposable
    {
        private readonly Bench _bench;
        private readonly AcceptedConnections _accepted;

        private HeldUp(World world)
        {
            File = new TemporaryFile([]);
            RandomAccess.SetLength(File.Handle, Large);
            _bench = new Bench(world, connection: new TlsConnectionOptions { OutboundLimit = Small, LowWaterMark = 0 });
            _accepted = new AcceptedConnections(_bench);
        }

        public TemporaryFile File { get; }

        public TlsConnection Server { get; private set; } = null!;

        public RawPeer Raw { get; private set; } = null!;

        public SslStream Tls { get; private set; } = null!;

        public static async Task<HeldUp> BeginAsync(World world)
        {
            var made = new HeldUp(world);
            made.Raw = await RawPeer.ConnectAsync(made._accepted.Listener.EndPoint, Small);
            made.Tls = await made.Raw.SecureAsync();
            made.Server = await made._accepted.NextAsync();
            return made;
        }

        public void Dispose()
        {
            Tls.Dispose();
            Raw.Dispose();
            _accepted.Dispose();
            _bench.Dispose();
            File.Dispose();
        }
    }

    // Hands out the server's side of each connection.
    private sealed class AcceptedConnections : IDisposable
    {
        private readonly System.Threading.Channels.Channel<TlsConnection> _opened = System.Threading.Channels.Channel.CreateUnbounded<TlsConnection>();

        public AcceptedConnections(Bench bench) => Listener = bench.Listen(_ => new RecordingHandler { Opened = connection => _opened.Writer.TryWrite(connection) });

        public TlsListener Listener { get; }

        public Task<TlsConnection> NextAsync() => _opened.Reader.ReadAsync().AsTask().WaitAsync(Bench.Deadline);

        public void Dispose() => Listener.Dispose();
    }

    // Sends a file and, as soon as it is let, three bytes more.
    private sealed class RefusedHandler(SafeFileHandle file, long length) : TlsConnectionHandler
    {
        private int _refused;

        public int Refused => Volatile.Read(ref _refused);

        public override void OnOpened(TlsConnection connection)
        {
            _ = connection.SendFileAsync(file, 0, length);
            OnLowWater(connection);
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            // The client says nothing.
        }

        public override void OnLowWater(TlsConnection connection)
        {
            if (connection.TrySend([1, 2, 3]) == SendResult.Queued) connection.Close();
            else Interlocked.Increment(ref _refused);
        }
    }
}
