using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary><c>proxy --mode passthrough-sni</c>: TLS goes from the client to the target that its name is for.</summary>
[TestFixture("epoll")]
[TestFixture("poll")]
public sealed class ProxyPassThroughTests(string poller)
{
    [TestCase("one.example", "server")]
    [TestCase("ONE.example", "server")]
    [TestCase("any.two.example", "client")]
    [TestCase("two.example", "stranger")]
    [TestCase("deep.any.two.example", "stranger")]
    [TestCase("elsewhere.example", "stranger")]
    [TestCase("", "stranger")]
    public async Task A_name_goes_to_its_target_and_others_to_the_default(string name, string expected)
    {
        using var one = TlsServer(Pki.Server);
        using var two = TlsServer(Pki.Client);
        using var other = TlsServer(Pki.Stranger);
        using ProxyProcess proxy = await StartAsync("--to", At(other), "--route", $"one.example={At(one)}", "--route", $"*.two.example={At(two)}");
        using Socket socket = await PlainServer.ConnectAsync(proxy.Port);
        await using var tls = new SslStream(new NetworkStream(socket));
        Assert.That(await SubjectAsync(tls, name), Is.EqualTo($"CN={expected}"));
        await tls.WriteAsync("there and back"u8.ToArray());
        byte[] back = new byte[14];
        await tls.ReadExactlyAsync(back).AsTask().WaitAsync(RunningProcess.Deadline);
        Assert.That(back, Is.EqualTo("there and back"u8.ToArray()));
        await tls.ShutdownAsync();
        Assert.That(await tls.ReadAsync(back).AsTask().WaitAsync(RunningProcess.Deadline), Is.Zero, "the target's close_notify");
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(100_000)]
    public async Task The_bytes_are_the_clients_whatever_portions_and_records_they_come_in(int portion)
    {
        byte[] hello = await ClientHelloAsync("one.example");
        foreach (byte[] stream in new[] { hello, InRecordsOf(hello, 1), InRecordsOf(hello, 50) })
        {
            var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var one = PlainServer.Start(async socket => heard.SetResult(await PlainServer.ReadToEndAsync(socket)));
            using ProxyProcess proxy = await StartAsync("--route", $"one.example={At(one)}");
            using Socket client = await PlainServer.ConnectAsync(proxy.Port);
            byte[] sent = [.. stream, .. "what follows"u8];
            for (int at = 0; at < sent.Length; at += portion) await PlainServer.SendAsync(client, sent.AsMemory(at, Math.Min(portion, sent.Length - at)));
            client.Shutdown(SocketShutdown.Send);
            Assert.That(await heard.Task.WaitAsync(RunningProcess.Deadline), Is.EqualTo(sent));
        }
    }

    [Test]
    public async Task The_header_and_the_name_go_to_the_target()
    {
        var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var one = PlainServer.Start(async socket => heard.SetResult(await PlainServer.ReadToEndAsync(socket)));
        using ProxyProcess proxy = await StartAsync("--to", At(one), "--send-proxy", "v2", "--proxy-protocol");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        byte[] hello = await ClientHelloAsync("one.example");
        await PlainServer.SendAsync(client, (byte[])[.. "PROXY TCP6 2001:db8::7 2001:db8::8 7 8\r\n"u8, .. hello]);
        client.Shutdown(SocketShutdown.Send);
        byte[] all = await heard.Task.WaitAsync(RunningProcess.Deadline);
        ProxyHeader header = ProxyHeader.Parse(all.AsSpan(0, all.Length - hello.Length));
        Assert.That((header.Source, header.Destination, header.Authority), Is.EqualTo((IPEndPoint.Parse("[2001:db8::7]:7"), IPEndPoint.Parse("[2001:db8::8]:8"), "one.example")));
        Assert.That(all[^hello.Length..], Is.EqualTo(hello));
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return new TestCaseData("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), "protocol_error").SetArgDisplayNames("HTTP");
        yield return new TestCaseData(new byte[] { 22, 3, 1, 0, 0 }, "protocol_error").SetArgDisplayNames("an empty record");
        yield return new TestCaseData(new byte[] { 22, 3, 1, 0, 4, 2, 0, 0, 0 }, "protocol_error").SetArgDisplayNames("a ServerHello");
        yield return new TestCaseData(InRecordsOf([.. new byte[5], 1, 0, 0xFF, 0xFF, .. new byte[20_000]], 200), "protocol_error").SetArgDisplayNames("a hello without end");
        yield return new TestCaseData(new byte[] { 22, 3, 1 }, "truncated").SetArgDisplayNames("an end in the middle");
    }

    [TestCaseSource(nameof(Refused))]
    public async Task What_is_no_ClientHello_goes_nowhere(byte[] bytes, string result)
    {
        using var other = PlainServer.StartEcho();
        using ProxyProcess proxy = await StartAsync("--to", At(other));
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, bytes);
        if (result == "truncated") client.Shutdown(SocketShutdown.Send);
        await proxy.WaitForEndAsync(result);
        Assert.That((await proxy.ScrapeAsync()).Sum("opensslnb_proxy_pairs"), Is.Zero);
    }

    [Test]
    public async Task A_client_that_trickles_its_hello_is_given_up()
    {
        using var other = PlainServer.StartEcho();
        using ProxyProcess proxy = await StartAsync("--to", At(other), "--handshake-timeout", "0.5");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, new byte[] { 22, 3 });
        await proxy.WaitForEndAsync("handshake_timeout");
    }

    [Test]
    public async Task Two_peers_that_say_nothing_are_given_up()
    {
        using var silent = PlainServer.Start(async socket => await PlainServer.ReadToEndAsync(socket));
        using ProxyProcess proxy = await StartAsync("--to", At(silent), "--idle-timeout", "0.5");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, await ClientHelloAsync("one.example"));
        await proxy.WaitForEndAsync("idle_timeout");
    }

    [Test]
    public async Task A_target_that_leaves_SYN_unanswered_is_given_up()
    {
        // The kernel answers no SYN while nobody accepts and the backlog is full.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        int port = ((IPEndPoint)full.LocalEndPoint!).Port;
        using Socket first = await PlainServer.ConnectAsync(port);
        using ProxyProcess proxy = await StartAsync("--to", $"127.0.0.1:{port}", "--connect-timeout", "0.5");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, await ClientHelloAsync("one.example"));
        await proxy.WaitForEndAsync("connect_failed");
        await proxy.Process.Error.WaitForTextAsync("no connection within");
    }

    [Test]
    public async Task A_name_without_a_route_is_reset_where_there_is_no_default()
    {
        using var one = PlainServer.StartEcho();
        using ProxyProcess proxy = await StartAsync("--route", $"one.example={At(one)}");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, await ClientHelloAsync("two.example"));
        await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(client), Throws.InstanceOf<SocketException>());
        await proxy.WaitForEndAsync("connect_failed");
    }

    private static string At(PlainServer server) => $"127.0.0.1:{server.Port}";

    private Task<ProxyProcess> StartAsync(params string[] options) => ProxyProcess.StartAsync(["--mode", "passthrough-sni", "--poller", poller, .. options]);

    private static PlainServer TlsServer(X509Certificate2 certificate) => PlainServer.Start(async socket =>
    {
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(certificate);
        await tls.CopyToAsync(tls);
        await tls.ShutdownAsync();
    });

    private static async Task<string> SubjectAsync(SslStream tls, string name)
    {
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = (_, _, _, _) => true }).WaitAsync(RunningProcess.Deadline);
        return tls.RemoteCertificate!.Subject;
    }

    // The first record of a real client.
    private static async Task<byte[]> ClientHelloAsync(string name)
    {
        var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = PlainServer.Start(async socket =>
        {
            var stream = new NetworkStream(socket);
            byte[] header = new byte[5];
            await stream.ReadExactlyAsync(header);
            byte[] body = new byte[(header[3] << 8) | header[4]];
            await stream.ReadExactlyAsync(body);
            heard.SetResult([.. header, .. body]);
        });
        using Socket client = await PlainServer.ConnectAsync(server.Port);
        await using var tls = new SslStream(new NetworkStream(client));
        await Assert.ThatAsync(() => SubjectAsync(tls, name), Throws.Exception);
        return await heard.Task.WaitAsync(RunningProcess.Deadline);
    }

    private static byte[] InRecordsOf(byte[] record, int length)
    {
        var records = new List<byte>();
        for (int at = 5; at < record.Length; at += length)
        {
            int count = Math.Min(length, record.Length - at);
            records.AddRange([22, 3, 1, 0, (byte)count, .. record.AsSpan(at, count)]);
        }

        return [.. records];
    }
}
