using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>serve --metrics</c>.</summary>
public sealed partial class ServeMetricsTests
{
    private static readonly HttpClient s_http = new() { Timeout = RunningProcess.Deadline };

    private static readonly string[] s_server = ["serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile];

    [Test]
    public async Task What_connections_do_is_told_in_the_text_format_of_Prometheus()
    {
        using ServeProcess server = await StartAsync("--loops", "2", "--max-connections", "1");
        using (TestClient client = await TestClient.ConnectAsync(server.Port))
        {
            await client.EchoAsync(new byte[50_000]);
            await Assert.ThatAsync(() => TestClient.ConnectAsync(server.Port), Throws.InstanceOf<IOException>().Or.InstanceOf<SocketException>());
            Exposition open = await server.ScrapeAsync();
            Assert.That(open.Sum("opensslnb_connections"), Is.EqualTo(1));
            Assert.That(open.Sum("opensslnb_handshakes_total", "result=\"ok\""), Is.EqualTo(1));
            Assert.That(open.Sum("opensslnb_io_bytes_total", "direction=\"receive\""), Is.EqualTo(50_000));
            Assert.That(open.Sum("opensslnb_io_bytes_total", "direction=\"transmit\""), Is.EqualTo(50_000));
            Assert.That(open.Sum("opensslnb_records_total", "direction=\"receive\""), Is.GreaterThanOrEqualTo(4));
            Assert.That(open.Sum("opensslnb_refused_total", "reason=\"limit\""), Is.EqualTo(1));
            Assert.That(open.Sum("opensslnb_accepted_total"), Is.EqualTo(2));
            Assert.That(open.Sum("opensslnb_handshake_duration_seconds_count", "result=\"ok\""), Is.EqualTo(1));
            Assert.That(open.Sum("opensslnb_turn_duration_seconds_count"), Is.GreaterThan(1));
            Assert.That(open.Sum("opensslnb_loop_imbalance_ratio"), Is.EqualTo(2), "one connection, two loops");
            Assert.That(open.Sum("opensslnb_loop_uneven"), Is.Zero, "as it must be with one connection");
            Assert.That(open.Samples.Keys.Count(key => key.StartsWith("opensslnb_connections{", StringComparison.Ordinal)), Is.EqualTo(2), "one series a loop");
        }

        Exposition? last = null;
        await Eventually.BecomesTrue(() => (last = server.ScrapeAsync().GetAwaiter().GetResult()).Sum("opensslnb_connections") == 0, "it has ended");
        Assert.That(last!.Sum("opensslnb_loop_utilization_ratio"), Is.InRange(0, 2));
        Assert.That(last.Sum("opensslnb_loop_busy_seconds_total"), Is.GreaterThan(0));
        Assert.That(await server.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task The_process_tells_of_itself_as_every_client_of_Prometheus_does()
    {
        using ServeProcess server = await StartAsync();
        Exposition text = await server.ScrapeAsync();
        foreach (string name in (string[])["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "dotnet_gc_allocated_bytes_total", "dotnet_gc_heap_bytes"])
        {
            Assert.That(text.Sum(name), Is.GreaterThan(0), name);
        }

        var age = TimeSpan.FromSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - text.Sum("process_start_time_seconds"));
        Assert.That(age, Is.InRange(TimeSpan.FromMinutes(-1), TimeSpan.FromHours(1)));
    }

    [TestCase("GET /metrics HTTP/1.1\r\nHost: any.name:1\r\n\r\n", 200)]
    [TestCase("GET /metrics?x=1 HTTP/1.1\r\n\r\n", 200)]
    [TestCase("GET /metrics HTTP/1.0\r\n\r\n", 200)]
    [TestCase("POST /metrics HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", 405)]
    [TestCase("GET / HTTP/1.1\r\n\r\n", 404)]
    [TestCase("GET /metrics/ HTTP/1.1\r\n\r\n", 404)]
    [TestCase("GET /metrics HTTP/2.0\r\n\r\n", 400)]
    [TestCase("what is this\r\n\r\n", 400)]
    [TestCase("\r\n\r\n", 400)]
    public async Task Requests_are_answered_by_the_rules_of_HTTP(string request, int status)
    {
        using ServeProcess server = await StartAsync();
        string answer = await AskAsync(server, request);
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status} "));
        string[] parts = answer.Split("\r\n\r\n", 2);
        Assert.That(parts[0], Does.Contain($"Content-Length: {parts[1].Length}").And.Contains("Connection: close"));
        if (status == 405) Assert.That(parts[0], Does.Contain("Allow: GET, HEAD"));
    }

    [Test]
    public async Task Head_gives_the_head_alone_and_the_type_names_the_version_of_the_format()
    {
        using ServeProcess server = await StartAsync();
        using HttpResponseMessage head = await s_http.SendAsync(new HttpRequestMessage(HttpMethod.Head, await server.MetricsAddressAsync()));
        Assert.That((head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length), Is.EqualTo((HttpStatusCode.OK, 0)));
        Assert.That(head.Content.Headers.ContentType, Is.EqualTo(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8")));
        Assert.That(head.Content.Headers.ContentLength, Is.GreaterThan(1000));
    }

    [Test]
    public async Task Those_who_ask_for_too_much_or_never_end_do_not_keep_others_out()
    {
        using ServeProcess server = await StartAsync();
        Assert.That(await AskAsync(server, "GET /metrics HTTP/1.1\r\nX: " + new string('x', 9000)), Does.StartWith("HTTP/1.1 400 "));
        var silent = new List<TcpClient>();
        for (int i = 0; i < 12; i++)
        {
            silent.Add(new TcpClient());
            await silent[i].ConnectAsync(IPAddress.Loopback, (await server.MetricsAddressAsync()).Port);
        }

        // More than may be served at a time: these are given up, and the next is served.
        Assert.That((await server.ScrapeAsync()).Types, Is.Not.Empty);
        silent.ForEach(client => client.Dispose());
        Assert.That(server.Process.Error.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1), "nothing but the address");
    }

    [TestCase("127.0.0.1")]
    [TestCase("127.0.0.1:https")]
    public async Task An_address_that_makes_no_sense_is_refused_by_the_options_name(string text)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync([.. s_server, "--metrics", text]);
        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("--metrics must be HOST:PORT").And.Contains($"'{text}'"));
    }

    [Test]
    public async Task An_address_that_cannot_be_had_ends_the_server_before_it_listens_and_names_the_option()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        foreach (string text in new[] { taken.LocalEndpoint.ToString()!, "no.such.name.invalid:80" })
        {
            Opensslnb.Result result = await Opensslnb.RunAsync([.. s_server, "--metrics", text]);
            Assert.That(result.Code, Is.EqualTo(1));
            Assert.That(result.Output, Is.Empty);
            Assert.That(result.Error, Does.Contain("--metrics").And.Contains(text.Split(':')[0]));
            Opensslnb.AssertNoStackTrace(result.Error);
        }
    }

    private static Task<ServeProcess> StartAsync(params string[] options) => ServeProcess.StartAsync("echo", ["--metrics", "127.0.0.1:0", .. options]);

    private static async Task<string> AskAsync(ServeProcess server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, (await server.MetricsAddressAsync()).Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(RunningProcess.Deadline);
    }
}
