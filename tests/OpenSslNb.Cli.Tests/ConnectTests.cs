using System.Net.Sockets;
using System.Text;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>connect</c> when all goes well.</summary>
public sealed class ConnectTests
{
    private const int FiveMegabytes = 5 * 1024 * 1024;

    [TestCase("buffered", "epoll", "tls1.2")]
    [TestCase("buffered", "poll", "tls1.3")]
    [TestCase("fd", "epoll", "tls1.3")]
    [TestCase("fd", "poll", "tls1.2")]
    public async Task Five_megabytes_go_through_and_come_back_at_the_same_time(string transport, string poller, string protocol)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess connect = StartTrusting(server.Port, "--transport", transport, "--poller", poller, "--max-protocol", protocol);
        byte[] sent = RandomBytes(FiveMegabytes);
        await connect.WriteInputAsync(sent);

        // All is back while the input is still open: nothing waits for its end.
        await connect.Output.WaitForLengthAsync(sent.Length);
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        Assert.That(connect.Output.Bytes.AsSpan().SequenceEqual(sent), Is.True);
    }

    [Test]
    public async Task Openssl_s_server_and_connect_send_five_megabytes_to_each_other_at_the_same_time()
    {
        using SServer peer = await SServer.StartAsync("-naccept", "1");
        RunningProcess server = peer.Process;
        using RunningProcess connect = StartTrusting(int.Parse(peer.Target.Split(':')[^1]));
        await connect.Error.WaitForTextAsync("connected to");

        // Bytes that are no letters: s_server takes some of them for commands.
        byte[] up = Array.ConvertAll(RandomBytes(FiveMegabytes), b => (byte)(b | 0x80));
        byte[] down = Array.ConvertAll(RandomBytes(FiveMegabytes + 1), b => (byte)(b | 0x80));
        await Task.WhenAll(connect.WriteInputAsync(up), server.WriteInputAsync(down));
        await connect.Output.WaitForLengthAsync(down.Length);
        Assert.That(connect.Output.Bytes.AsSpan().SequenceEqual(down), Is.True);
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        await server.WaitForExitAsync();
        Assert.That(server.Output.Bytes.AsSpan().IndexOf(up), Is.GreaterThan(0), "behind what s_server itself says");
    }

    [Test]
    public async Task The_end_of_input_is_a_half_close_and_what_comes_after_it_is_still_printed()
    {
        byte[] heard = [];
        using TestServer server = TestServer.Start(async (tls, _) =>
        {
            using var all = new MemoryStream();
            await tls.CopyToAsync(all);
            heard = all.ToArray();
            await tls.WriteAsync(RandomBytes(2_000_000));
            await tls.ShutdownAsync();
        });
        using RunningProcess connect = StartTrusting(server.Port);
        await connect.WriteInputAsync("the question");
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        await server.Ended;
        Assert.That(Encoding.ASCII.GetString(heard), Is.EqualTo("the question"));
        Assert.That(connect.Output.Bytes.AsSpan().SequenceEqual(RandomBytes(2_000_000)), Is.True);
    }

    [Test]
    public async Task A_peer_that_closes_first_ends_the_program_while_its_input_is_still_open()
    {
        using TestServer server = TestServer.Start(async (tls, _) =>
        {
            await tls.WriteAsync("that is all"u8.ToArray());
            await tls.ShutdownAsync();
            await tls.CopyToAsync(Stream.Null);
        });
        using RunningProcess connect = StartTrusting(server.Port);
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        await server.Ended;
        Assert.That(connect.Output.Text, Is.EqualTo("that is all"));
        Opensslnb.AssertNoStackTrace(connect.Error.Text);
    }

    [TestCase("tls1.2", "Tls12, ECDHE-ECDSA-AES256-GCM-SHA384")]
    [TestCase("tls1.3", "Tls13, TLS_CHACHA20_POLY1305_SHA256")]
    public async Task Standard_error_tells_peer_protocol_cipher_and_the_result_of_the_verification(string protocol, string agreed)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--alpn", "echo/1");
        using RunningProcess connect = StartTrusting(server.Port, "--max-protocol", protocol, "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384", "--ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "--alpn", "echo/1");
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        Assert.That(connect.Error.Text, Does.Match($@"\Aconnected to 127\.0\.0\.1:{server.Port}: {agreed}, peer .*CN ?= ?server.*, verified, ALPN echo/1\n\z"));
        Assert.That(connect.Output.Text, Is.Empty);
    }

    [Test]
    public async Task A_certificate_that_is_accepted_whatever_it_is_is_reported_as_not_verified()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--dangerously-accept-any-certificate");
        await connect.WriteInputAsync("hello");
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        Assert.That(connect.Output.Text, Is.EqualTo("hello"));
        Assert.That(connect.Error.Text, Does.Contain("NOT verified: unable to get local issuer certificate"));
    }

    [Test]
    public async Task The_server_name_is_what_is_asked_for_and_checked()
    {
        string? asked = null;
        using TestServer server = TestServer.Start(async (tls, _) =>
        {
            asked = tls.TargetHostName;
            await tls.ShutdownAsync();
            await tls.CopyToAsync(Stream.Null);
        });
        using RunningProcess connect = StartTrusting(server.Port, "--server-name", "localhost");
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        Assert.That(asked, Is.EqualTo("localhost"));
        Assert.That(connect.Error.Text, Does.Contain(", verified"));
    }

    [Test]
    public async Task A_client_certificate_opens_a_server_that_demands_one()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--client-ca", Pki.AuthorityFile);
        using RunningProcess connect = StartTrusting(server.Port, "--cert", Pki.ClientFile, "--key", Pki.ClientKeyFile);
        await connect.WriteInputAsync("hello");
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        Assert.That(connect.Output.Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Ipv6_addresses_stand_in_brackets()
    {
        Assume.That(Socket.OSSupportsIPv6, "this system has no IPv6");
        using ServeProcess server = await ServeProcess.StartOnAsync("[::1]:0", "echo");
        Assert.That(server.Process.Output.Text, Is.EqualTo($"listening on [::1]:{server.Port}\n"));
        using RunningProcess connect = Opensslnb.Start("connect", $"[::1]:{server.Port}", "--ca", Pki.AuthorityFile);
        await connect.WriteInputAsync("hello");
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        Assert.That(connect.Output.Text, Is.EqualTo("hello"));
        Assert.That(connect.Error.Text, Does.Contain($"[::1]:{server.Port}").And.Contain(", verified"));
    }

    private static RunningProcess StartTrusting(int port, params string[] options) => Opensslnb.Start(["connect", $"127.0.0.1:{port}", "--ca", Pki.AuthorityFile, .. options]);

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
