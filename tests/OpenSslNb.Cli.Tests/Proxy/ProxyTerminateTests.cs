using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary><c>proxy --mode terminate</c>: TLS with the client, none with the target.</summary>
[TestFixture("buffered", "epoll", SslProtocols.Tls12)]
[TestFixture("buffered", "epoll", SslProtocols.Tls13)]
[TestFixture("fd", "poll", SslProtocols.Tls12)]
[TestFixture("fd", "poll", SslProtocols.Tls13)]
public sealed class ProxyTerminateTests(string transport, string poller, SslProtocols protocol)
{
    private static readonly byte[] s_megabyte = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 7 >> 3))];

    [Test]
    public async Task Each_direction_ends_for_itself_and_nothing_is_lost()
    {
        byte[]? arrived = null;
        using var target = PlainServer.Start(async socket =>
        {
            await PlainServer.SendAsync(socket, "hello"u8.ToArray());
            arrived = await PlainServer.ReadToEndAsync(socket);
            await PlainServer.SendAsync(socket, s_megabyte);
        });
        using ProxyProcess proxy = await StartAsync(target.Port);
        using TestClient client = await ConnectAsync(proxy);
        Assert.That(await client.ReadAsync(5), Is.EqualTo("hello"u8.ToArray()), "the target may speak first");
        await client.WriteAsync(s_megabyte);
        await client.CloseWriteAsync();
        byte[] answer = await client.ReadToEndAsync();
        Assert.That(arrived!.AsSpan().SequenceEqual(s_megabyte), Is.True, "all of it, and the end behind it");
        Assert.That(answer.AsSpan().SequenceEqual(s_megabyte), Is.True, "after the client's own end");
        await proxy.WaitForEndAsync("ok");
        Exposition metrics = await proxy.ScrapeAsync();
        Assert.That(metrics.Sum("opensslnb_proxy_io_bytes_total", "direction=\"to_client\""), Is.EqualTo(s_megabyte.Length + 5));
        Assert.That(metrics.Sum("opensslnb_proxy_io_bytes_total", "direction=\"to_target\""), Is.EqualTo(s_megabyte.Length));
        Assert.That(metrics.Sum("opensslnb_handshakes_total", "result=\"ok\""), Is.EqualTo(1));
    }

    [Test]
    public async Task A_client_that_is_cut_off_is_no_end_for_the_target()
    {
        var seen = new TaskCompletionSource<SocketError>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var target = PlainServer.Start(async socket => seen.SetResult(await ErrorAtEndAsync(socket)));
        using ProxyProcess proxy = await StartAsync(target.Port);
        using TestClient client = await ConnectAsync(proxy);
        await client.WriteAsync("half of"u8.ToArray());
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.That(await seen.Task.WaitAsync(RunningProcess.Deadline), Is.EqualTo(SocketError.ConnectionReset), "FIN without close_notify is not passed on as FIN");
        await proxy.WaitForEndAsync("truncated");
    }

    [Test]
    public async Task A_target_that_resets_is_no_end_for_the_client()
    {
        using var target = PlainServer.Start(async socket =>
        {
            await PlainServer.SendAsync(socket, "half of"u8.ToArray());
            await socket.ReceiveAsync(new byte[1]);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close(0);
        });
        using ProxyProcess proxy = await StartAsync(target.Port);
        using TestClient client = await ConnectAsync(proxy);
        Assert.That(await client.ReadAsync(7), Is.EqualTo("half of"u8.ToArray()));
        await client.WriteAsync(new byte[1]);
        await Assert.ThatAsync(client.ReadToEndAsync, Throws.InstanceOf<IOException>(), "no close_notify");
        await proxy.WaitForEndAsync("reset");
    }

    [Test]
    public async Task A_client_that_does_not_read_holds_the_target_back_and_loses_nothing()
    {
        const int Blocks = 64;
        using var target = PlainServer.Start(
            async socket =>
            {
                for (int i = 0; i < Blocks; i++) await PlainServer.SendAsync(socket, s_megabyte);
            },
            sendBuffer: 64 * 1024);
        using ProxyProcess proxy = await StartAsync(target.Port, "--outbound-limit", "300000");
        using TestClient client = await TestClient.ConnectAsync(proxy.Port, protocol, receiveBuffer: 16 * 1024);
        double stalled = await StallAsync(proxy, "to_client");
        Assert.That(stalled, Is.LessThan(32 << 20), "what the kernel takes, and the limit");
        for (int i = 0; i < Blocks; i++) Assert.That((await client.ReadAsync(s_megabyte.Length)).AsSpan().SequenceEqual(s_megabyte), Is.True, $"megabyte {i}");
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_target_that_does_not_read_holds_the_client_back_and_loses_nothing()
    {
        const int Blocks = 64;
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long count = 0;
        using var target = PlainServer.Start(async socket =>
        {
            await mayRead.Task;
            count = (await PlainServer.ReadToEndAsync(socket)).LongLength;
        });
        using ProxyProcess proxy = await StartAsync(target.Port, "--outbound-limit", "300000");
        using TestClient client = await ConnectAsync(proxy);
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Blocks; i++) await client.Tls.WriteAsync(s_megabyte);
            await client.CloseWriteAsync();
        });
        double stalled = await StallAsync(proxy, "to_target");
        Assert.That(stalled, Is.LessThan(32 << 20));
        Assert.That(writing.IsCompleted, Is.False);
        mayRead.SetResult();
        await writing.WaitAsync(RunningProcess.Deadline);
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
        await target.ActsAsync();
        Assert.That(count, Is.EqualTo((long)Blocks * s_megabyte.Length));
    }

    [Test]
    public async Task A_target_that_does_not_answer_is_told_once_and_its_clients_are_reset()
    {
        int port;
        using (var gone = PlainServer.StartEcho()) port = gone.Port;
        using ProxyProcess proxy = await StartAsync(port);
        for (int i = 0; i < 3; i++)
        {
            await Assert.ThatAsync(
                async () =>
                {
                    using TestClient client = await ConnectAsync(proxy);
                    await client.ReadAsync(1);
                },
                Throws.InstanceOf<IOException>());
        }

        await proxy.WaitForEndAsync("connect_failed", 3);
        Assert.That((await proxy.ScrapeAsync()).Sum("opensslnb_proxy_unreachable_total"), Is.EqualTo(3));
        Assert.That(proxy.Process.Error.Text.Split($"no connection to 127.0.0.1:{port}"), Has.Length.EqualTo(2));
    }

    [TestCase("v1", false)]
    [TestCase("v2", false)]
    [TestCase("v1", true)]
    [TestCase("v2", true)]
    public async Task The_target_learns_who_the_client_is(string version, bool isBehindProxy)
    {
        var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var target = PlainServer.Start(async socket => heard.SetResult(await PlainServer.ReadToEndAsync(socket)));
        using ProxyProcess proxy = await StartAsync(target.Port, ["--send-proxy", version, "--alpn", "h2", .. isBehindProxy ? ["--proxy-protocol"] : Array.Empty<string>()]);
        using Socket socket = await PlainServer.ConnectAsync(proxy.Port);
        byte[] told = ProxyHeader.Proxied(IPEndPoint.Parse("203.0.113.9:999"), IPEndPoint.Parse("203.0.113.1:443"), tlvs: [new ProxyTlv(ProxyTlv.UniqueId, new byte[] { 1, 2, 3 })]).ToBytes();
        if (isBehindProxy) await PlainServer.SendAsync(socket, told);
        await using (var tls = new SslStream(new NetworkStream(socket)))
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol, ApplicationProtocols = [SslApplicationProtocol.Http2], RemoteCertificateValidationCallback = (_, _, _, _) => true });
            await tls.WriteAsync("payload"u8.ToArray());
            await tls.ShutdownAsync();
            byte[] all = await heard.Task.WaitAsync(RunningProcess.Deadline);
            ProxyHeader header = ProxyHeader.Parse(all.AsSpan(0, all.Length - 7));
            Assert.That(all[^7..], Is.EqualTo("payload"u8.ToArray()));
            Assert.That(header.Source, Is.EqualTo(isBehindProxy ? IPEndPoint.Parse("203.0.113.9:999") : socket.LocalEndPoint));
            Assert.That(header.Destination, Is.EqualTo(isBehindProxy ? IPEndPoint.Parse("203.0.113.1:443") : socket.RemoteEndPoint));
            if (version == "v1") return;
            Assert.That((header.Authority, header.ApplicationProtocol), Is.EqualTo(("localhost", "h2")));
            Assert.That(header.UniqueId?.ToArray(), Is.EqualTo(isBehindProxy ? new byte[] { 1, 2, 3 } : null));
            Assert.That(header.Find(ProxyTlv.Tls)!.Value.Span.IndexOf(protocol == SslProtocols.Tls13 ? "TLSv1.3"u8 : "TLSv1.2"u8), Is.Positive);
        }
    }

    [Test]
    public async Task A_client_without_the_header_that_is_expected_gets_no_TLS_and_no_target()
    {
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await StartAsync(target.Port, "--proxy-protocol");
        await Assert.ThatAsync(() => ConnectAsync(proxy), Throws.InstanceOf<IOException>());
        await proxy.WaitForEndAsync("protocol_error");
    }

    [Test]
    public async Task Clients_above_the_maximum_are_reset_and_places_are_given_back()
    {
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await StartAsync(target.Port, "--max-connections", "1");
        using (TestClient first = await ConnectAsync(proxy))
        {
            await Assert.ThatAsync(() => ConnectAsync(proxy), Throws.InstanceOf<IOException>().Or.InstanceOf<SocketException>());
            await first.EchoAsync(new byte[1000]);
        }

        await Eventually.BecomesTrue(() => proxy.ScrapeAsync().GetAwaiter().GetResult().Sum("opensslnb_proxy_pairs") == 0, "it has ended");
        using TestClient next = await ConnectAsync(proxy);
        await next.EchoAsync(new byte[1000]);
    }

    private static async Task<SocketError> ErrorAtEndAsync(Socket socket)
    {
        try
        {
            await PlainServer.ReadToEndAsync(socket);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    // Bytes that have passed when no more do for a while.
    private static async Task<double> StallAsync(ProxyProcess proxy, string direction)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        double last = -1;
        for (int same = 0; same < 10;)
        {
            await pause.WaitForNextTickAsync();
            double now = await proxy.PassedAsync(direction);
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
        }

        return last;
    }

    private Task<TestClient> ConnectAsync(ProxyProcess proxy) => TestClient.ConnectAsync(proxy.Port, protocol);

    private Task<ProxyProcess> StartAsync(int target, params string[] options) => ProxyProcess.TerminateAsync(target, ["--transport", transport, "--poller", poller, .. options]);
}
