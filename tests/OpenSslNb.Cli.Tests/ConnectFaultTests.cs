using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>connect</c> when something goes wrong: exit code 1 and a sentence that says what.</summary>
public sealed class ConnectFaultTests
{
    [Test]
    public async Task A_stream_without_close_notify_is_printed_and_then_called_truncated()
    {
        using TestServer server = TestServer.Start(async (tls, socket) =>
        {
            await tls.WriteAsync("half a senten"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            await WaitForEndAsync(socket);
        });
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile);
        await AssertFailsAsync(connect, "Truncated");
        Assert.That(connect.Output.Text, Is.EqualTo("half a senten"), "what came is not lost");
        await server.Ended;
    }

    [Test]
    public async Task A_reset_is_called_a_reset()
    {
        using TestServer server = TestServer.Start(async (tls, socket) =>
        {
            _ = await tls.ReadAsync(new byte[1]);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile);
        await connect.WriteInputAsync("x");
        await AssertFailsAsync(connect, "Reset");
    }

    [Test]
    public async Task An_unknown_authority_is_not_trusted()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.OtherAuthorityFile);
        await AssertFailsAsync(connect, "VerificationFailed", "unable to get local issuer certificate");
        Assert.That(connect.Output.Text, Is.Empty);
    }

    [Test]
    public async Task The_systems_authorities_do_not_know_ours()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}");
        await AssertFailsAsync(connect, "VerificationFailed");
    }

    [Test]
    public async Task A_wrong_name_is_not_trusted()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile, "--server-name", "example.org");

        // "Hostname mismatch" before 3.0.
        await AssertFailsAsync(connect, "VerificationFailed", "ostname mismatch");
    }

    [Test]
    public async Task A_server_that_wants_another_certificate_is_told_of_with_its_alert()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--client-ca", Pki.AuthorityFile);
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile);
        await AssertFailsAsync(connect, "alert 116");
    }

    [Test]
    public async Task No_common_version_is_told_of_with_its_alert()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--max-protocol", "tls1.2");
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile, "--min-protocol", "tls1.3");
        await AssertFailsAsync(connect, "alert 70");
    }

    [Test]
    public async Task A_port_on_which_nobody_listens_is_named()
    {
        using var unheard = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unheard.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)unheard.LocalEndPoint!).Port;
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{port}");
        await AssertFailsAsync(connect, $"127.0.0.1:{port}", "Connection refused");
    }

    [Test]
    public async Task A_name_that_does_not_exist_is_named()
    {
        using RunningProcess connect = Opensslnb.Start("connect", "no-such-name.invalid:443");
        await AssertFailsAsync(connect, "no-such-name.invalid");
    }

    [Test]
    public async Task A_peer_that_speaks_no_tls_is_a_protocol_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using Socket socket = await listener.AcceptSocketAsync().WaitAsync(RunningProcess.Deadline);
        await socket.SendAsync("220 mail.example.org ESMTP\r\n"u8.ToArray());
        await AssertFailsAsync(connect, "ProtocolError");
    }

    [Test]
    public async Task A_peer_that_says_nothing_meets_the_handshake_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "--handshake-timeout", "0.3");
        await AssertFailsAsync(connect, "HandshakeTimeout");
    }

    [Test]
    public async Task A_reader_of_the_output_that_goes_away_ends_the_program()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess shell = StartShell("\"$@\" | head -c 5; exit ${PIPESTATUS[0]}", server.Port);
        await shell.WriteInputAsync("hello");
        await shell.Output.WaitForTextAsync("hello");

        // One of the next bytes meets the closed pipe; the input itself stays open, or breaks when the program has ended.
        try
        {
            using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!shell.HasExited && await pause.WaitForNextTickAsync(deadline.Token)) await shell.WriteInputAsync("more");
        }
        catch (IOException)
        {
            // As expected: nobody reads the input any more.
        }

        await AssertFailsAsync(shell, "standard output", "Broken pipe");
        Assert.That(shell.Output.Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Input_that_cannot_be_read_is_an_error_and_no_end_of_input()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess shell = StartShell("\"$@\" < /", server.Port);
        await AssertFailsAsync(shell, "standard input");
    }

    [Test]
    public async Task Output_to_a_full_disk_is_an_error()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess shell = StartShell("\"$@\" > /dev/full", server.Port);
        await shell.WriteInputAsync("hello");
        await AssertFailsAsync(shell, "standard output", "No space left");
    }

    private static RunningProcess StartShell(string script, int port) =>
        RunningProcess.Start("bash", "-c", script, "bash", Opensslnb.Program, "connect", $"127.0.0.1:{port}", "--ca", Pki.AuthorityFile);

    private static async Task AssertFailsAsync(RunningProcess process, params string[] named)
    {
        int code = await process.WaitForExitAsync();
        Assert.That(code, Is.EqualTo(1), process.Error.Text);
        foreach (string name in named) Assert.That(process.Error.Text, Does.Contain(name));
        Assert.That(process.Error.Text, Does.StartWith("opensslnb: ").Or.StartWith("connected to "));
        Opensslnb.AssertNoStackTrace(process.Error.Text);
    }

    private static async Task WaitForEndAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
                // TLS is over; only the end matters.
            }
        }
        catch (SocketException)
        {
            // An end too.
        }
    }
}
