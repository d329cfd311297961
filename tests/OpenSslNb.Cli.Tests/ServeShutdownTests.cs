using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary>SIGTERM and SIGINT: stop accepting, flush, close_notify, exit code 0.</summary>
[TestFixture(RunningProcess.SIGTERM, "buffered")]
[TestFixture(RunningProcess.SIGTERM, "fd")]
[TestFixture(RunningProcess.SIGINT, "buffered")]
[TestFixture(RunningProcess.SIGINT, "fd")]
public sealed class ServeShutdownTests(int signal, string transport)
{
    private static readonly byte[] s_message = "never blocked"u8.ToArray();

    [Test]
    public async Task A_server_without_connections_ends()
    {
        using ServeProcess server = await StartAsync("echo");
        await AssertEndsWellAsync(server);
    }

    [Test]
    public async Task A_start_that_waits_for_a_file_is_ended_as_any_program_is()
    {
        string pipe = Pki.NewFile(".pipe");
        File.Delete(pipe);
        using (RunningProcess make = RunningProcess.Start("mkfifo", "--mode=600", pipe)) Assert.That(await make.WaitForExitAsync(), Is.Zero);
        using RunningProcess server = Opensslnb.Start("serve", "echo", "--listen", "127.0.0.1:0", "--transport", transport, "--cert", pipe);

        // It reads: a writer gets through. And it goes on waiting for the end of the file.
        await using FileStream writer = await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write)).WaitAsync(RunningProcess.Deadline);
        server.Signal(signal);
        Assert.That(await server.WaitForExitAsync(), Is.EqualTo(128 + signal));
    }

    [Test]
    public async Task A_second_signal_does_not_change_the_exit_code()
    {
        using ServeProcess server = await StartAsync("echo");
        server.Process.Signal(signal);
        server.Process.TrySignal(signal);
        Assert.That(await server.Process.WaitForExitAsync(), Is.Zero, server.Process.Error.Text);
    }

    [Test]
    public async Task Open_connections_get_close_notify_and_fin()
    {
        using ServeProcess server = await StartAsync("echo", "--loops", "2");
        TestClient[] clients = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TestClient.ConnectAsync(server.Port, SslProtocols.Tls12)));
        foreach (TestClient client in clients) Assert.That(await client.EchoAsync(s_message), Is.EqualTo(s_message));
        Task ended = AssertEndsWellAsync(server);
        foreach (TestClient client in clients)
        {
            Assert.That(await client.ReadToEndAsync(), Is.Empty);
            await client.Wire.ReadToFinAsync();
            Assert.That(client.Wire.EndsWithAlert, Is.True, "close_notify is the last record");
            client.Dispose();
        }

        await ended;
    }

    [Test]
    public async Task What_is_queued_goes_out_before_close_notify()
    {
        const int Queued = 1_000_000;
        using ServeProcess server = await StartAsync("source");
        using TestClient client = await TestClient.ConnectAsync(server.Port, SslProtocols.Tls12, receiveBuffer: 64 * 1024);
        await client.WriteAsync(Count(Queued));

        // It is less than the limit and queued all at once: with the first byte here, the last one is at least queued.
        await client.ReadAsync(1);
        Task ended = AssertEndsWellAsync(server);
        Assert.That(await client.ReadToEndAsync(), Has.Length.EqualTo(Queued - 1));
        await client.Wire.ReadToFinAsync();
        Assert.That(client.Wire.EndsWithAlert, Is.True, "close_notify is the last record");
        client.Dispose();
        await ended;
    }

    [Test]
    public async Task Peers_that_never_close_or_never_read_or_never_began_do_not_hold_the_server_up()
    {
        // Longer than the two seconds after which the command line's library would give up by itself.
        using ServeProcess server = await StartAsync("source", "--shutdown-timeout", "3");
        using TestClient silent = await TestClient.ConnectAsync(server.Port);
        using TestClient clogged = await TestClient.ConnectAsync(server.Port, receiveBuffer: 8 * 1024);
        await clogged.WriteAsync(Count(1_000_000_000));
        await clogged.ReadAsync(1);
        using var unborn = new TcpClient();
        await unborn.ConnectAsync(IPAddress.Loopback, server.Port);
        await AssertEndsWellAsync(server);
    }

    [Test]
    public async Task Nobody_is_accepted_while_the_last_connection_is_waited_for()
    {
        using ServeProcess server = await StartAsync("echo", "--shutdown-timeout", "600");
        using TestClient last = await TestClient.ConnectAsync(server.Port);
        Assert.That(await last.EchoAsync(s_message), Is.EqualTo(s_message));
        server.Process.Signal(signal);
        await Eventually.BecomesTrue(() => IsRefused(server.Port), "a refusal");
        Assert.That(server.Process.HasExited, Is.False, "the last connection is still there");
        server.Process.Signal(signal);
        Assert.That(await last.ReadToEndAsync(), Is.Empty);
        last.Dispose();
        Assert.That(await server.Process.WaitForExitAsync(), Is.Zero, server.Process.Error.Text);
    }

    private static bool IsRefused(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static byte[] Count(int count)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)count);
        return bytes;
    }

    private Task<ServeProcess> StartAsync(string protocol, params string[] options) => ServeProcess.StartAsync(protocol, ["--transport", transport, .. options]);

    private async Task AssertEndsWellAsync(ServeProcess server)
    {
        int code = await server.StopAsync(signal);
        Assert.That(code, Is.Zero, server.Process.Error.Text);
        Assert.That(server.Process.Error.Text, Is.Empty);
        Assert.That(server.Process.Output.Text, Is.EqualTo($"listening on 127.0.0.1:{server.Port}\n"));
    }
}
