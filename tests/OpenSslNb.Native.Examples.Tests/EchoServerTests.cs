using System.Net.Sockets;
using System.Security.Authentication;
using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The example servers, with clients that others wrote.</summary>
[TestFixtureSource(typeof(ExampleServer), nameof(ExampleServer.EchoServers))]
public sealed class EchoServerTests(string name)
{
    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task S_client_gets_every_byte_back_while_it_sends_and_both_say_goodbye(string version)
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(name);
        await using ExternalProcess client = ExternalProcess.Start(
            "openssl", "openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-servername", "localhost", "-CAfile", Archive.Authority, "-verify_return_error", "-brief", version);
        byte[] data = Payload.Lines(1, 4 * Payload.Megabyte);
        Task writing = client.WriteAsync(data);
        Payload.AssertSame(await client.Output.WaitForBytesAsync(data.Length), data);
        await writing;
        client.CloseInput();
        await client.ExitWellAsync();
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    // More than all queues and both kernels' buffers hold, so that the server has to stop reading, and to go on.
    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_client_that_sends_and_does_not_read_is_held_back_and_loses_nothing(SslProtocols protocol)
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(name);
        await using Browser client = await Browser.ConnectAsync(server.Port, protocol);
        byte[] data = Payload.Bytes(2, 48 * Payload.Megabyte);
        Task writing = client.Stream.WriteAsync(data).AsTask();
        Assert.That(await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1))), Is.Not.SameAs(writing), "nothing holds the client back");

        byte[] back = new byte[data.Length];
        await client.Stream.ReadExactlyAsync(back).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing.WaitAsync(ExternalProcess.Deadline);
        Payload.AssertSame(back, data);
        Assert.That(ProcessFacts.PeakMemory(server.Process.Id), Is.LessThan(200 << 20), "the server has kept what the client did not read");
    }

    // Not at the same time: SslStream's shutdown fails while its read is just at a ticket.
    [Test]
    public async Task A_client_that_half_closes_still_gets_the_rest()
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(name);
        await using Browser client = await Browser.ConnectAsync(server.Port);
        byte[] data = Payload.Bytes(3, Payload.Megabyte / 2);
        await client.Stream.WriteAsync(data).AsTask().WaitAsync(ExternalProcess.Deadline);
        await client.Stream.ShutdownAsync().WaitAsync(ExternalProcess.Deadline);
        using var back = new MemoryStream();
        await client.Stream.CopyToAsync(back).WaitAsync(ExternalProcess.Deadline);
        Payload.AssertSame(back.ToArray(), data);
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    [Test]
    public async Task Clients_that_break_off_or_speak_no_TLS_are_named_and_hurt_nobody_else()
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(name);
        await using Browser good = await Browser.ConnectAsync(server.Port);
        await using (Browser cut = await Browser.ConnectAsync(server.Port))
        {
            await cut.AssertEchoedAsync("some bytes"u8.ToArray());
            cut.CutOff();
            await server.Process.Error.WaitForTextAsync("without close_notify");
        }

        using (var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await stranger.ConnectAsync("127.0.0.1", server.Port);
            await stranger.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            await server.Process.Error.WaitForTextAsync("http request");
        }

        await good.AssertEchoedAsync(Payload.Bytes(4, Payload.Megabyte));
    }

    [Test]
    public async Task Many_clients_at_once_each_get_their_own_bytes()
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(name);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            await using Browser client = await Browser.ConnectAsync(server.Port);
            await client.AssertEchoedAsync(Payload.Bytes(number, 200_000 + number));
            await client.Stream.ShutdownAsync();
            Assert.That(await client.Stream.ReadAsync(new byte[1]).AsTask().WaitAsync(ExternalProcess.Deadline), Is.Zero);
        }));
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    [Test]
    public async Task When_the_server_is_asked_to_end_its_clients_hear_close_notify()
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync(name);
        await using Browser client = await Browser.ConnectAsync(server.Port);
        await client.AssertEchoedAsync("before"u8.ToArray());
        Task<string> stopping = server.StopAsync();

        // SslStream would throw at an end without one.
        Assert.That(await client.Stream.ReadAsync(new byte[1]).AsTask().WaitAsync(ExternalProcess.Deadline), Is.Zero);
        await client.Stream.ShutdownAsync();
        await client.DisposeAsync();
        await stopping;
    }

    [Test]
    public async Task A_wrong_line_is_answered_with_how_it_is_used_and_a_wrong_file_with_what_is_wrong()
    {
        (int code, string output, string error) = await Tool.TryAsync(Archive.Program(name));
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith($"usage: {name}"));

        string[] wrongPort = [.. ExampleServer.EchoArguments(name).Select(argument => argument == "0" ? "65536" : argument)];
        (code, _, error) = await Tool.TryAsync(Archive.Program(name), wrongPort);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("65535"));

        string[] wrongFile = [.. ExampleServer.EchoArguments(name).Select(argument => argument == Archive.Certificate ? "/there/is/none.pem" : argument)];
        (code, output, error) = await Tool.TryAsync(Archive.Program(name), wrongFile);
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.StartWith($"{name}: ").And.Contain("/there/is/none.pem"));
    }

    [Test]
    public async Task A_port_that_is_taken_is_said()
    {
        await using ExampleServer first = await ExampleServer.StartEchoAsync(name);
        string[] same = [.. ExampleServer.EchoArguments(name).Select(argument => argument == "0" ? $"{first.Port}" : argument)];
        (int code, string output, string error) = await Tool.TryAsync(Archive.Program(name), same);
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.StartWith($"{name}: ").And.Contain("ddress").And.Contain("in use"));
    }
}
