using System.Buffers.Binary;
using System.Security.Authentication;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>Each protocol of <c>serve</c> on each transport and poller, with each version of TLS.</summary>
[TestFixture("buffered", "epoll")]
[TestFixture("buffered", "poll")]
[TestFixture("fd", "epoll")]
[TestFixture("fd", "poll")]
public sealed class ServeProtocolTests(string transport, string poller)
{
    private const int Megabyte = 1024 * 1024;
    private static readonly SslProtocols[] s_versions = [SslProtocols.Tls12, SslProtocols.Tls13];

    private ServeProcess _echo = null!;
    private ServeProcess _discard = null!;
    private ServeProcess _source = null!;
    private ServeProcess _file = null!;
    private byte[] _content = null!;

    [OneTimeSetUp]
    public async Task Start_the_servers()
    {
        string[] options = ["--transport", transport, "--poller", poller];
        _echo = await ServeProcess.StartAsync("echo", options);
        _discard = await ServeProcess.StartAsync("discard", options);
        _source = await ServeProcess.StartAsync("source", options);
        _content = RandomBytes(3 * Megabyte);
        string path = Pki.NewFile(".bin");
        await File.WriteAllBytesAsync(path, _content);
        _file = await ServeProcess.StartAsync("file", [.. options, "--file", path, .. transport == "fd" ? ["--kernel-tls"] : Array.Empty<string>()]);
    }

    [OneTimeTearDown]
    public async Task Stop_the_servers()
    {
        foreach (ServeProcess server in (ServeProcess[])[_echo, _discard, _source, _file])
        {
            using (server)
            {
                int code = await server.StopAsync();
                Assert.That(server.Process.Output.Text, Is.EqualTo($"listening on 127.0.0.1:{server.Port}\n"), "nothing else is data");
                Assert.That(server.Process.Error.Text, Is.Empty);
                Assert.That(code, Is.Zero);
            }
        }
    }

    [TestCaseSource(nameof(s_versions))]
    public async Task Echo_sends_eight_megabytes_back_while_they_still_come(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_echo.Port, version);
        byte[] sent = RandomBytes(8 * Megabyte);
        byte[] received = await client.EchoAsync(sent);
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True);
        await client.CloseWriteAsync();
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task After_the_peers_close_notify_echo_sends_all_then_close_notify_then_fin()
    {
        // TLS 1.2 shows the type of a record; the small receive buffer keeps most of it queued in the server.
        using TestClient client = await TestClient.ConnectAsync(_echo.Port, SslProtocols.Tls12, receiveBuffer: 8 * 1024);
        byte[] sent = RandomBytes(700_000);
        await client.WriteAsync(sent);
        await client.CloseWriteAsync();
        byte[] received = await client.ReadToEndAsync();
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"{received.Length} bytes came back");
        await client.Wire.ReadToFinAsync();
        Assert.That(client.Wire.EndsWithAlert, Is.True, "close_notify is the last record");
    }

    [TestCaseSource(nameof(s_versions))]
    public async Task Source_sends_as_many_bytes_as_asked_for(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_source.Port, version);
        foreach (int count in (int[])[1, 0, 10 * Megabyte, 0, 3])
        {
            await client.WriteAsync(Count(count));
            Assert.That(await client.ReadAsync(count), Has.Length.EqualTo(count));
        }

        await client.CloseWriteAsync();
        Assert.That(await client.ReadToEndAsync(), Is.Empty, "not a byte more");
    }

    [TestCaseSource(nameof(s_versions))]
    public async Task Source_takes_several_counts_in_one_write_and_one_count_in_several(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_source.Port, version);
        await client.WriteAsync((byte[])[.. Count(70_000), .. Count(0), .. Count(5)]);
        await client.ReadAsync(70_005);
        foreach (byte part in Count(123_456)) await client.WriteAsync(new[] { part });
        await client.ReadAsync(123_456);
        byte[] two = [.. Count(Megabyte), .. Count(7)];
        await client.WriteAsync(two.AsMemory(0, 11));
        await client.ReadAsync(Megabyte);
        await client.WriteAsync(two.AsMemory(11));
        await client.CloseWriteAsync();
        Assert.That(await client.ReadToEndAsync(), Has.Length.EqualTo(7));
    }

    [TestCaseSource(nameof(s_versions))]
    public async Task Source_sends_what_was_asked_for_before_the_peers_close_notify(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_source.Port, version);
        await client.WriteAsync((byte[])[.. Count(3 * Megabyte), .. Count(2 * Megabyte), 0, 0, 0]);
        await client.CloseWriteAsync();
        Assert.That(await client.ReadToEndAsync(), Has.Length.EqualTo(5 * Megabyte), "half a count is no count");
    }

    [TestCaseSource(nameof(s_versions))]
    public async Task Discard_swallows_everything_and_answers_close_notify_alone(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_discard.Port, version);
        await client.WriteAsync(RandomBytes(8 * Megabyte));
        await client.CloseWriteAsync();
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
        await client.Wire.ReadToFinAsync();
        if (version == SslProtocols.Tls12) Assert.That(client.Wire.EndsWithAlert, Is.True, "close_notify is the last record");
    }

    [TestCaseSource(nameof(s_versions))]
    public async Task File_sends_the_file_and_close_notify_whatever_it_is_asked(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_file.Port, version, receiveBuffer: 8 * 1024);
        await client.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        Assert.That((await client.ReadToEndAsync()).AsSpan().SequenceEqual(_content), Is.True);
    }

    [Test]
    public async Task A_file_that_cannot_be_read_is_no_empty_file()
    {
        // It says that it has a page, and cannot be read: the loopback has no duplex.
        using ServeProcess server = await ServeProcess.StartAsync("file", "--transport", transport, "--poller", poller, "--file", "/sys/class/net/lo/duplex");
        using TestClient client = await TestClient.ConnectAsync(server.Port);
        await Assert.ThatAsync(client.ReadToEndAsync, Throws.InstanceOf<IOException>());
        await server.Process.Error.WaitForTextAsync("opensslnb: --file: ");
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Count(ulong count)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, count);
        return bytes;
    }

    private static byte[] Count(int count) => Count((ulong)count);
}
