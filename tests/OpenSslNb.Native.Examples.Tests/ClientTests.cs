using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The example clients, with openssl's server.</summary>
[TestFixture("client")]
[TestFixture("poll_client")]
[TestFixture("event_client")]
public sealed class ClientTests(string name)
{
    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task S_server_and_the_client_send_to_each_other_at_the_same_time(string version)
    {
        await using ServerProgram server = await StartServerAsync(version);
        await using ExternalProcess client = Start(server.Port, Archive.Authority);
        const string Marker = "here it begins\n";
        await client.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Marker));
        int start = await server.Process.Output.WaitForEndOfTextAsync(Marker);

        byte[] up = Payload.Lines(5, 4 * Payload.Megabyte), down = Payload.Lines(6, 4 * Payload.Megabyte);
        Task pushing = server.Process.WriteAsync(down);
        Task writing = client.WriteAsync(up);
        Payload.AssertSame(await client.Output.WaitForBytesAsync(down.Length), down);
        Payload.AssertSame((await server.Process.Output.WaitForBytesAsync(up.Length, start)).AsSpan(0, up.Length), up);
        await Task.WhenAll(pushing, writing);

        client.CloseInput();
        await client.ExitWellAsync();
    }

    [TestCase("echo_server")]
    [TestCase("uv_echo_server")]
    [TestCase("cpp_echo")]
    public async Task Everything_up_to_the_end_of_input_comes_back_from_an_example_server(string serverName)
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(serverName);
        await using ExternalProcess client = Start(server.Port, Archive.Authority);
        byte[] data = Payload.Bytes(7, 20 * Payload.Megabyte);
        Task writing = client.WriteAsync(data).ContinueWith(_ => client.CloseInput(), TaskScheduler.Default);
        await client.ExitWellAsync();
        await writing;
        Payload.AssertSame(client.Output.ToArray(), data);
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    [Test]
    public async Task A_server_whom_nobody_trusts_gets_an_alert_and_no_data()
    {
        await using ServerProgram server = await StartServerAsync("-tls1_3");
        await using ExternalProcess client = Start(server.Port, Archive.Stranger);
        await client.WriteAsync("a secret\n"u8.ToArray());
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Error.Tail, Does.StartWith($"{name}: verification failed: "));
        await server.Process.ExitAsync();
        Assert.That(server.Process.Error.Tail, Does.Contain("unknown ca"));
        Assert.That(System.Text.Encoding.Latin1.GetString(server.Process.Output.ToArray()), Does.Not.Contain("a secret"));
    }

    [Test]
    public async Task A_stream_that_was_cut_short_is_a_failure_and_what_came_is_written_all_the_same()
    {
        await using ServerProgram server = await StartServerAsync("-tls1_3");
        await using ExternalProcess client = Start(server.Port, Archive.Authority);
        await server.Process.WriteAsync("half of a sent\n"u8.ToArray());
        await client.Output.WaitForTextAsync("half of a sent\n");
        await Tool.RunAsync("sh", "dash", "-c", $"kill -KILL {server.Process.Id}");
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Error.Tail, Does.Contain("truncated").Or.Contain("reset").IgnoreCase);
        Assert.That(client.Output.Tail, Is.EqualTo("half of a sent\n"));
    }

    [Test]
    public async Task Nobody_at_the_port_is_said()
    {
        (int code, string output, string error) = await Tool.TryAsync(Archive.Program(name), "127.0.0.1", $"{UnusedPort()}", Archive.Authority);
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.StartWith($"{name}: ").And.Contain("refused").IgnoreCase);
    }

    [Test]
    public async Task A_wrong_line_is_answered_with_how_it_is_used_and_a_wrong_file_with_what_is_wrong()
    {
        (int code, string output, string error) = await Tool.TryAsync(Archive.Program(name), "localhost");
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith($"usage: {name}"));
        (code, output, error) = await Tool.TryAsync(Archive.Program(name), "localhost", "443", "/there/is/none.pem");
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.StartWith($"{name}: ").And.Contain("/there/is/none.pem"));
    }

    private ExternalProcess Start(int port, string authorities) =>
        ExternalProcess.Start(Archive.Program(name), name, "localhost", $"{port}", authorities);

    private static Task<ServerProgram> StartServerAsync(string version) => ServerProgram.StartAsync(
        ExternalProcess.StartLineBuffered("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", Archive.Certificate, "-key", Archive.Key, "-naccept", "1", version),
        "ACCEPT 127.0.0.1:");

    // Bound and not listening for as long as the test may need.
    private static int UnusedPort()
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        s_bound.Add(socket);
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static readonly List<System.Net.Sockets.Socket> s_bound = [];

    [OneTimeTearDown]
    public void Release()
    {
        s_bound.ForEach(socket => socket.Dispose());
        s_bound.Clear();
    }
}
