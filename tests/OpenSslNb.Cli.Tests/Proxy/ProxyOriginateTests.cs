using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary><c>proxy --mode originate</c>: no TLS with the client, TLS with the target.</summary>
[TestFixture("buffered", "epoll", "tls1.2")]
[TestFixture("buffered", "epoll", "tls1.3")]
[TestFixture("fd", "poll", "tls1.2")]
[TestFixture("fd", "poll", "tls1.3")]
public sealed class ProxyOriginateTests(string transport, string poller, string protocol)
{
    private static readonly byte[] s_megabyte = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 5 >> 2))];

    [Test]
    public async Task Each_direction_ends_for_itself_and_nothing_is_lost()
    {
        byte[]? arrived = null;
        using var target = TestServer.Start(async (tls, _) =>
        {
            using var all = new MemoryStream();
            await tls.CopyToAsync(all);
            arrived = all.ToArray();
            await tls.WriteAsync(s_megabyte);
            await tls.ShutdownAsync();
        });
        using ProxyProcess proxy = await StartAsync(target.Port);
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, s_megabyte);
        client.Shutdown(SocketShutdown.Send);
        byte[] answer = await PlainServer.ReadToEndAsync(client);
        Assert.That(arrived!.AsSpan().SequenceEqual(s_megabyte), Is.True, "FIN is passed on as close_notify");
        Assert.That(answer.AsSpan().SequenceEqual(s_megabyte), Is.True, "close_notify is passed on as FIN");
        await proxy.WaitForEndAsync("ok");
    }

    [Test]
    public async Task A_target_that_is_cut_off_is_no_end_for_the_client()
    {
        using var target = TestServer.Start(async (tls, socket) =>
        {
            await tls.ReadExactlyAsync(new byte[1]);
            await tls.WriteAsync("half of"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            await tls.CopyToAsync(Stream.Null);
        });
        using ProxyProcess proxy = await StartAsync(target.Port);
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, new byte[1]);
        await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(client), Throws.InstanceOf<SocketException>().With.Property("SocketErrorCode").EqualTo(SocketError.ConnectionReset));
        await proxy.WaitForEndAsync("truncated");
    }

    [Test]
    public async Task A_client_that_resets_is_no_end_for_the_target()
    {
        var seen = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var target = TestServer.Start(async (tls, _) =>
        {
            await tls.ReadExactlyAsync(new byte[4]);
            await tls.WriteAsync(new byte[1]);
            try
            {
                seen.SetResult(await tls.ReadAsync(new byte[1]) == 0 ? null : new InvalidOperationException("data"));
            }
            catch (IOException e)
            {
                seen.SetResult(e);
            }
        });
        using ProxyProcess proxy = await StartAsync(target.Port);
        Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, "half"u8.ToArray());
        await client.ReceiveAsync(new byte[1]).WaitAsync(RunningProcess.Deadline);
        client.LingerState = new LingerOption(true, 0);
        client.Close(0);
        Assert.That(await seen.Task.WaitAsync(RunningProcess.Deadline), Is.InstanceOf<IOException>(), "no close_notify");
        await proxy.WaitForEndAsync("reset");
    }

    [Test]
    public async Task A_target_that_cannot_be_verified_gets_nothing_and_the_client_is_reset()
    {
        using var target = TestServer.Start((_, _) => Task.CompletedTask);
        using ProxyProcess proxy = await ProxyProcess.StartAsync([.. Options(target.Port), "--ca", Pki.OtherAuthorityFile]);
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(client), Throws.InstanceOf<SocketException>());
        await proxy.WaitForEndAsync("verification_failed");
        await proxy.Process.Error.WaitForTextAsync("no connection to 127.0.0.1");
    }

    [Test]
    public async Task A_target_of_another_name_is_refused()
    {
        using var target = TestServer.Start((_, _) => Task.CompletedTask);
        using ProxyProcess proxy = await StartAsync(target.Port, "--server-name", "another.example");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(client), Throws.InstanceOf<SocketException>());
        await proxy.WaitForEndAsync("verification_failed");
    }

    [TestCase("v1")]
    [TestCase("v2")]
    public async Task The_header_goes_before_TLS(string version)
    {
        var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var target = PlainServer.Start(async socket =>
        {
            byte[] buffer = new byte[4096];
            int count = 0;
            while (Array.IndexOf(buffer, (byte)0x16) is < 0 and var at) count += await socket.ReceiveAsync(buffer.AsMemory(count));
            heard.SetResult(buffer[..Array.IndexOf(buffer, (byte)0x16)]);
        });
        using ProxyProcess proxy = await StartAsync(target.Port, "--send-proxy", version, "--proxy-protocol");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        byte[] told = ProxyHeader.Proxied(IPEndPoint.Parse("203.0.113.9:999"), IPEndPoint.Parse("203.0.113.1:443"), ProxyProtocolVersion.Version1).ToBytes();
        for (int i = 0; i < told.Length; i++) await PlainServer.SendAsync(client, told.AsMemory(i, 1));
        ProxyHeader header = ProxyHeader.Parse(await heard.Task.WaitAsync(RunningProcess.Deadline));
        Assert.That((header.Source, (int)header.Version), Is.EqualTo((IPEndPoint.Parse("203.0.113.9:999"), version == "v1" ? 1 : 2)));
    }

    [Test]
    public async Task Our_own_server_on_the_other_side_takes_the_header()
    {
        using var echo = PlainServer.StartEcho();
        using ProxyProcess inner = await ProxyProcess.TerminateAsync(echo.Port, "--proxy-protocol");
        using ProxyProcess outer = await StartAsync(inner.Port, "--send-proxy", "v2");
        Socket[] clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PlainServer.ConnectAsync(outer.Port)));
        await Task.WhenAll(clients.Select(async client =>
        {
            Task writing = PlainServer.SendAsync(client, s_megabyte);
            byte[] back = new byte[s_megabyte.Length];
            await new NetworkStream(client).ReadExactlyAsync(back).AsTask().WaitAsync(RunningProcess.Deadline);
            await writing;
            Assert.That(back.AsSpan().SequenceEqual(s_megabyte), Is.True);
            client.Shutdown(SocketShutdown.Send);
            Assert.That(await PlainServer.ReadToEndAsync(client), Is.Empty);
            client.Dispose();
        }));
        await outer.WaitForEndAsync("ok", 20);
        await inner.WaitForEndAsync("ok", 20);
    }

    private string[] Options(int target) => ["--mode", "originate", "--to", $"127.0.0.1:{target}", "--transport", transport, "--poller", poller, "--min-protocol", protocol, "--max-protocol", protocol];

    private Task<ProxyProcess> StartAsync(int target, params string[] options) => ProxyProcess.StartAsync([.. Options(target), "--ca", Pki.AuthorityFile, .. options]);
}
