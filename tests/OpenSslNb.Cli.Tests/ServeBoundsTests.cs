using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary>The options of <c>serve</c> about loops, pollers, limits and deadlines.</summary>
public sealed class ServeBoundsTests
{
    private static readonly byte[] s_message = "never blocked"u8.ToArray();

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task There_are_as_many_loops_as_asked_for_and_all_connections_work(int loops)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--loops", $"{loops}");
        string[] threads = [.. Directory.EnumerateDirectories($"/proc/{server.Process.Id}/task").Select(task => File.ReadAllText($"{task}/comm").Trim())];
        Assert.That(threads.Count(name => name == "opensslnb loop"), Is.EqualTo(loops), string.Join(", ", threads));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port);
            byte[] sent = RandomBytes(100_000 + i);
            Assert.That(await client.EchoAsync(sent), Is.EqualTo(sent));
        }));
        Assert.That(await server.StopAsync(), Is.Zero);
    }

    [TestCase("epoll", 1)]
    [TestCase("poll", 0)]
    public async Task The_poller_is_the_one_that_was_asked_for(string poller, int epolls)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--poller", poller);
        IEnumerable<string?> descriptors = Directory.EnumerateFiles($"/proc/{server.Process.Id}/fd").Select(fd => new FileInfo(fd).LinkTarget);
        Assert.That(descriptors.Count(target => target == "anon_inode:[eventpoll]"), Is.EqualTo(epolls));
    }

    [TestCase("1")]
    [TestCase("2")]
    public async Task Connections_above_the_maximum_are_closed_and_their_place_can_be_had_again(string loops)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--max-connections", "2", "--loops", loops);
        using TestClient first = await TestClient.ConnectAsync(server.Port);
        using TestClient second = await TestClient.ConnectAsync(server.Port);
        for (int i = 0; i < 5; i++) await Assert.ThatAsync(() => TestClient.ConnectAsync(server.Port), Throws.InstanceOf<IOException>().Or.InstanceOf<SocketException>());
        Assert.That(await first.EchoAsync(s_message), Is.EqualTo(s_message));
        Assert.That(await second.EchoAsync(s_message), Is.EqualTo(s_message));
        first.Dispose();
        using TestClient third = await ConnectAgainAsync(server.Port);
        Assert.That(await third.EchoAsync(s_message), Is.EqualTo(s_message));
    }

    [Test]
    public async Task The_handshake_timeout_ends_a_peer_that_says_nothing()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--handshake-timeout", "0.3");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await ReadToEndAsync(client.GetStream());
    }

    [Test]
    public async Task The_handshake_timeout_is_absolute_for_a_peer_that_trickles_bytes()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--handshake-timeout", "1");
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        NetworkStream stream = client.GetStream();
        Task closed = ReadToEndAsync(stream);

        // A record of 16 KiB that begins with a ClientHello as long as that: no end in sight.
        await stream.WriteAsync(new byte[] { 0x16, 3, 1, 0x40, 0, 1, 0, 0x3F, 0xFC, 3, 3 });
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (!closed.IsCompleted && await pause.WaitForNextTickAsync()) await stream.WriteAsync(new byte[1]);
        }
        catch (IOException)
        {
            // Closed between the look and the write.
        }

        await closed;
    }

    [Test]
    public async Task The_idle_timeout_ends_a_connection_on_which_nothing_moves()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--idle-timeout", "0.5");
        using TestClient client = await TestClient.ConnectAsync(server.Port);
        Assert.That(await client.EchoAsync(s_message), Is.EqualTo(s_message));
        await ReadToEndAsync(client.Tls);
    }

    [TestCase("1")]
    [TestCase("5000")]
    [TestCase("70000")]
    public async Task A_small_outbound_limit_slows_echo_down_and_loses_nothing(string limit)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--outbound-limit", limit);
        using TestClient client = await TestClient.ConnectAsync(server.Port, receiveBuffer: 64 * 1024);
        byte[] sent = RandomBytes(limit == "1" ? 20_000 : 2_000_000);
        byte[] received = await client.EchoAsync(sent);
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True);

        // Data that finds no room and close_notify right behind it.
        client.Wire.HoldWrites();
        await client.WriteAsync(sent.AsMemory(0, 9_999));
        await client.CloseWriteAsync();
        await client.Wire.ReleaseWritesAsync();
        Assert.That(await client.ReadToEndAsync(), Is.EqualTo(sent[..9_999]));
    }

    [Test]
    public async Task A_small_outbound_limit_holds_for_source_too()
    {
        string trace = Pki.NewFile(".jsonl");
        using ServeProcess server = await ServeProcess.StartAsync("source", "--outbound-limit", "5000", "--trace", trace);
        using TestClient client = await TestClient.ConnectAsync(server.Port);
        byte[] count = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(count, 1_000_000);
        await client.WriteAsync(count);
        await client.CloseWriteAsync();
        Assert.That(await client.ReadToEndAsync(), Has.Length.EqualTo(1_000_000));
        Assert.That(await server.StopAsync(), Is.Zero);
        List<TraceLine> lines = TraceLine.ReadFile(trace);
        Assert.That(lines.Max(line => line.Queued), Is.LessThanOrEqualTo(5000));
        Assert.That(lines.Where(line => line.Operation == "Write").Max(line => line.Bytes), Is.InRange(1, 5000), "no write is longer than what may be queued");
    }

    private static Task<TestClient> ConnectAgainAsync(int port)
    {
        TestClient? client = null;
        return TryAsync();

        // The server learns of the free place a moment later than the client.
        async Task<TestClient> TryAsync()
        {
            await Eventually.BecomesTrue(() => (client = TryConnect(port)) is not null, "a free place");
            return client!;
        }
    }

    private static TestClient? TryConnect(int port)
    {
        try
        {
            return TestClient.ConnectAsync(port).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    // To the FIN or to a reset: how it is ended is not the question.
    private static async Task ReadToEndAsync(Stream stream)
    {
        byte[] buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(RunningProcess.Deadline) > 0)
            {
                // An alert may come first.
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
