using System.Net.Sockets;
using System.Security.Authentication;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.KernelTls;

/// <summary>
/// Files by <c>SSL_sendfile(3)</c>, with the real OpenSSL and a preloaded library that pretends to be a kernel that encrypts: behind the handshake the client gets the file as it is.
/// What a real kernel makes of it is not tested.
/// </summary>
[TestFixture("epoll")]
[TestFixture("poll")]
public sealed class KernelFileTests(string poller)
{
    // More than the kernel holds for a client that does not read.
    private const int Length = 20_000_000;

    private const string Turns = "opensslnb_turn_duration_seconds_count";
    private const int FewTurns = 50;

    private static readonly byte[] s_content = RandomBytes();

    [OneTimeSetUp]
    public void Require_a_library_that_was_built_for_it()
    {
        if (Environment.GetEnvironmentVariable("OPENSSLNB_OPENSSL_DIR") is { Length: > 0 } folder) Assert.Ignore($"OpenSSL in {folder} may have been built without kernel TLS");
    }

    [Test]
    public async Task The_kernel_sends_the_file_as_the_socket_takes_it_and_close_notify_comes_behind_it()
    {
        using var kernel = new PretendedKernel(s_content);
        using ServeProcess server = await kernel.ServeAsync(poller);
        using TestClient client = await ConnectAsync(server);
        await kernel.SocketIsFullAsync();
        byte[] received = await ReadToEndAsync(client.Socket, Length + 2);
        Assert.That(received.AsSpan(0, Length).SequenceEqual(s_content), Is.True);
        Assert.That(received[Length..], Is.EqualTo(new byte[] { 1, 0 }), "close_notify, a warning (RFC 8446 §6.1), in the clear like all else");
        Assert.That(kernel.Attempts.Sum(), Is.EqualTo(Length), "all of it by sendfile");
        client.Dispose();
        Assert.That(await server.StopAsync(), Is.Zero, server.Process.Error.Text);
        Assert.That(server.Process.Error.Text, Does.Not.Contain("opensslnb:"));
    }

    [Test]
    public async Task While_the_kernel_takes_no_more_the_server_waits_without_work()
    {
        using var kernel = new PretendedKernel(s_content);
        using ServeProcess server = await kernel.ServeAsync(poller);
        using TestClient client = await ConnectAsync(server);
        await kernel.SocketIsFullAsync();

        double before = (await server.ScrapeAsync()).Sum(Turns);
        int attempts = kernel.Attempts.Count;

        // A second client has its whole file meanwhile: time enough for a loop that finds no rest.
        using TestClient other = await ConnectAsync(server);
        byte[] received = await ReadToEndAsync(other.Socket, Length + 2);
        Assert.That(received.AsSpan(0, Length).SequenceEqual(s_content), Is.True);
        Assert.That((await server.ScrapeAsync()).Sum(Turns) - before, Is.LessThanOrEqualTo(FewTurns + (2 * (kernel.Attempts.Count - attempts))), "a turn for each portion, and those of the handshake");
    }

    [Test]
    public async Task A_file_that_becomes_shorter_under_way_is_told_and_ends_the_connection()
    {
        using var kernel = new PretendedKernel(s_content);
        using ServeProcess server = await kernel.ServeAsync(poller);
        using TestClient client = await ConnectAsync(server);
        await kernel.SocketIsFullAsync();
        using (var file = new FileStream(kernel.FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(1);
        byte[] received = await ReadToEndAsync(client.Socket, Length + 2);
        Assert.That(received, Has.Length.LessThan(Length));
        await server.Process.Error.WaitForTextAsync("shorter");
        Assert.That(server.Process.Error.Text, Does.Contain("opensslnb: --file: the file ended at byte "));
    }

    [Test]
    public async Task A_client_that_goes_away_under_way_harms_nobody_else()
    {
        using var kernel = new PretendedKernel(s_content);
        using ServeProcess server = await kernel.ServeAsync(poller);
        using (TestClient client = await ConnectAsync(server))
        {
            await kernel.SocketIsFullAsync();
            client.Socket.LingerState = new LingerOption(true, 0);
            client.Socket.Close();
        }

        using TestClient other = await ConnectAsync(server);
        byte[] received = await ReadToEndAsync(other.Socket, Length + 2);
        Assert.That(received.AsSpan(0, Length).SequenceEqual(s_content), Is.True);
        other.Dispose();
        Assert.That(await server.StopAsync(), Is.Zero, server.Process.Error.Text);
        Assert.That(server.Process.Error.Text, Does.Not.Contain("opensslnb:"));
    }

    private static Task<TestClient> ConnectAsync(ServeProcess server) =>
        TestClient.ConnectAsync(server.Port, SslProtocols.Tls13, receiveBuffer: 64 * 1024, wrap: stream => new RecordByRecordStream(stream));

    private static async Task<byte[]> ReadToEndAsync(Socket socket, int most)
    {
        byte[] all = new byte[most + 1];
        int filled = 0;
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        while (filled < all.Length && await socket.ReceiveAsync(all.AsMemory(filled), deadline.Token) is > 0 and var count) filled += count;
        return all[..filled];
    }

    private static byte[] RandomBytes()
    {
        byte[] data = new byte[Length];
        new Random(1).NextBytes(data);
        return data;
    }
}
