using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>serve http</c>, for curl, browsers and scanners.</summary>
[TestFixture("buffered", "epoll", "1.2")]
[TestFixture("buffered", "poll", "1.3")]
[TestFixture("fd", "epoll", "1.3")]
[TestFixture("fd", "poll", "1.2")]
public sealed class ServeHttpTests(string transport, string poller, string version)
{
    private ServeProcess _server = null!;

    [OneTimeSetUp]
    public async Task Start_the_server() => _server = await ServeProcess.StartAsync("http", "--transport", transport, "--poller", poller, "--min-protocol", "tls" + version, "--max-protocol", "tls" + version);

    [OneTimeTearDown]
    public async Task Stop_the_server()
    {
        using ServeProcess server = _server;
        Assert.That((await server.StopAsync(), server.Process.Error.Text), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task Curl_is_told_the_facts_of_its_connection_twice_over_one_connection()
    {
        using RunningProcess curl = RunningProcess.Start("curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", Pki.AuthorityFile, "--write-out", "%{num_connects} ", $"https://localhost:{_server.Port}/", "--next", "--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", Pki.AuthorityFile, "--header", "Accept: application/json", "--write-out", "%{num_connects}", $"https://localhost:{_server.Port}/anything?at=all");
        Assert.That(await curl.WaitForExitAsync(), Is.Zero, curl.Error.Text);
        string[] parts = curl.Output.Text.Split("</table>\n");
        Assert.That(parts[0], Does.Contain($"<tr><th>version<td>Tls{version.Replace(".", "", StringComparison.Ordinal)}\n").And.Contain("<tr><th>JA4<td>t1").And.Contain("<tr><th>name that was asked for<td>localhost"));
        Assert.That(parts[1], Does.StartWith("1 {").And.EndWith("}\n0"), "a connection for the first, none for the second");
        JsonElement facts = JsonDocument.Parse(parts[1][2..^1]).RootElement;
        Assert.That((facts.GetProperty("protocol").GetString(), facts.GetProperty("server_name").GetString()), Is.EqualTo(($"Tls{version.Replace(".", "", StringComparison.Ordinal)}", "localhost")));
    }

    [Test]
    public async Task Requests_that_come_together_or_a_byte_at_a_time_are_answered_in_order()
    {
        using TestClient client = await TestClient.ConnectAsync(_server.Port);
        byte[] requests = Encoding.ASCII.GetBytes("GET /json HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 40; i++) await client.WriteAsync(requests.AsMemory(i, 1));
        await client.WriteAsync(requests.AsMemory(40));
        string answers = Encoding.UTF8.GetString(await client.ReadToEndAsync());
        string[] heads = [.. answers.Split("HTTP/1.1 ").Skip(1)];
        Assert.That(heads, Has.Length.EqualTo(3).And.All.StartsWith("200 OK\r\n"));
        Assert.That(heads[0], Does.Contain("Content-Type: application/json\r\n"));
        Assert.That(heads[1], Does.EndWith("\r\n\r\n").And.Contain("Content-Type: text/html"), "a HEAD has no body");
        Assert.That(heads[2], Does.Contain("Connection: close\r\n").And.EndWith("</table>\n"));
    }

    [TestCase("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGET", "405 Method Not Allowed")]
    [TestCase("nonsense\r\n\r\n", "400 Bad Request")]
    [TestCase("\r\n\r\n", "400 Bad Request")]
    [TestCase("GET / HTTP/3.0\r\n\r\n", "400 Bad Request")]
    [TestCase("GET / HTTP/1.0\r\n\r\n", "200 OK")]
    public async Task A_request_that_ends_the_connection_gets_its_answer_and_nothing_after_it(string request, string status)
    {
        using TestClient client = await TestClient.ConnectAsync(_server.Port);
        await client.WriteAsync(Encoding.ASCII.GetBytes(request));
        string answer = Encoding.UTF8.GetString(await client.ReadToEndAsync());
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status}\r\n").And.Contain("Connection: close\r\n"));
        Assert.That(answer.Split("HTTP/1.1 "), Has.Length.EqualTo(2), "one answer");
    }

    [Test]
    public async Task A_head_that_never_ends_is_refused()
    {
        using TestClient client = await TestClient.ConnectAsync(_server.Port);
        await client.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('x', 9000)));
        Assert.That(Encoding.UTF8.GetString(await client.ReadToEndAsync()), Does.StartWith("HTTP/1.1 431 "));
    }

    [Test]
    public async Task Who_asks_and_does_not_read_is_held_back_and_gets_every_answer_in_the_end()
    {
        const int Count = 4000;
        using TestClient client = await TestClient.ConnectAsync(_server.Port, receiveBuffer: 4096);
        byte[] request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
        Task asking = client.Tls.WriteAsync(Enumerable.Repeat(request, Count).SelectMany(bytes => bytes).ToArray()).AsTask();

        // They are all alike, and far more than the queue and the kernel take.
        byte[] first = new byte[4096];
        int length = 0;
        while (first.AsSpan(0, length).IndexOf("</table>\n"u8) is var end && end < 0) length += await client.Tls.ReadAsync(first.AsMemory(length)).AsTask().WaitAsync(RunningProcess.Deadline);
        int each = first.AsSpan(0, length).IndexOf("</table>\n"u8) + "</table>\n".Length;
        byte[] rest = await client.ReadAsync((each * Count) - length);
        Assert.That(rest.AsSpan(rest.Length - each).SequenceEqual(first.AsSpan(0, each)), Is.True);
        await asking.WaitAsync(RunningProcess.Deadline);
    }

    [Test]
    public async Task Thousands_of_connections_that_are_given_up_hold_up_nobody_and_leave_nothing()
    {
        int before = Descriptors;
        Task[] crowd = [.. Enumerable.Range(0, 4).Select(_ => GiveUpManyAsync(1000))];
        do await AssertAnswersAsync();
        while (!Task.WhenAll(crowd).IsCompleted);
        await Task.WhenAll(crowd);
        await AssertAnswersAsync();
        await Eventually.BecomesTrue(() => Descriptors <= before, "their descriptors are closed");
    }

    [Test]
    public async Task The_memory_of_two_thousand_unfinished_handshakes_is_given_back()
    {
        long before = Memory;
        var crowd = new List<Socket>();
        for (int i = 0; i < 2000; i++) crowd.Add(await BeginAsync());
        await AssertAnswersAsync();
        long most = Memory;
        Assert.That(most - before, Is.GreaterThan(20_000), "kilobytes: they do take something");
        crowd.ForEach(socket => socket.Dispose());
        await Eventually.BecomesTrue(() => Memory - before < (most - before) / 2, "most of it is the system's again");
    }

    private int Descriptors => Directory.GetFiles($"/proc/{_server.Process.Id}/fd").Length;

    // In kilobytes, of what is in no file.
    private long Memory => long.Parse(File.ReadLines($"/proc/{_server.Process.Id}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private async Task<Socket> BeginAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _server.Port);
        await socket.SendAsync(new byte[] { 22, 3, 1, 2 });
        return socket;
    }

    private async Task GiveUpManyAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, _server.Port);

            // Nothing, a part of a record, something else altogether; and then FIN or RST.
            if (i % 3 > 0) await socket.SendAsync(i % 3 == 1 ? new byte[] { 22, 3, 1, 2 } : "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            if (i % 2 > 0) socket.LingerState = new LingerOption(true, 0);
        }
    }

    private async Task AssertAnswersAsync()
    {
        using TestClient client = await TestClient.ConnectAsync(_server.Port);
        await client.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        Assert.That(Encoding.UTF8.GetString(await client.ReadToEndAsync()), Does.StartWith("HTTP/1.1 200 OK\r\n"));
    }

    [Test]
    public async Task Sslscan_finds_nothing_old_or_broken()
    {
        if (!File.Exists("/usr/bin/sslscan")) Assert.Ignore("sslscan is not there: apt-get install sslscan");
        using RunningProcess scan = RunningProcess.Start("sslscan", "--xml=-", "--no-colour", $"127.0.0.1:{_server.Port}");
        Assert.That(await scan.WaitForExitAsync(), Is.Zero, scan.Error.Text);
        XElement found = XDocument.Parse(scan.Output.Text).Descendants("ssltest").Single();
        IEnumerable<string> enabled = found.Elements("protocol").Where(protocol => (string?)protocol.Attribute("enabled") == "1").Select(protocol => $"{protocol.Attribute("type")!.Value} {protocol.Attribute("version")!.Value}");
        Assert.That(enabled, Is.EqualTo(new[] { "tls " + version }));
        Assert.That((string?)found.Element("compression")?.Attribute("supported") ?? "0", Is.EqualTo("0"));
        Assert.That(found.Elements("heartbleed").Select(one => (string?)one.Attribute("vulnerable")), Has.All.EqualTo("0"));
        Assert.That(found.Elements("cipher").Select(cipher => (int)cipher.Attribute("bits")!), Is.Not.Empty.And.All.GreaterThanOrEqualTo(128));
    }
}
