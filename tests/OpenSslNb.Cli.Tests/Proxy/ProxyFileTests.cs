using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary>What <c>proxy</c> writes while it runs, and what it reads again.</summary>
[TestFixture("tls1.2")]
[TestFixture("tls1.3")]
public sealed class ProxyFileTests(string protocol)
{
    [Test]
    public async Task A_client_whose_TLS_ends_here_has_a_line_in_the_log()
    {
        string log = Pki.NewFile(".log");
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--connection-log", log, "--min-protocol", protocol, "--max-protocol", protocol);
        Assert.That(await SubjectAsync(proxy.Port), Does.Contain("CN = server"));
        Assert.That(await proxy.StopAsync(), Is.Zero);
        JsonElement line = JsonDocument.Parse((await File.ReadAllLinesAsync(log)).Single()).RootElement;
        Assert.That(line.GetProperty("protocol").GetString(), Is.EqualTo(protocol == "tls1.2" ? "Tls12" : "Tls13"));
        Assert.That(line.GetProperty("client_hello").GetProperty("ja4").GetString(), Does.StartWith("t1"));
    }

    [Test]
    public async Task A_target_whose_TLS_begins_here_has_a_line_in_the_log()
    {
        string log = Pki.NewFile(".log");
        using var target = TestServer.Start(EchoAsync);
        using ProxyProcess proxy = await OriginateAsync(target.Port, "--connection-log", log);
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, "12345"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await PlainServer.ReadToEndAsync(client), Has.Length.EqualTo(5));
        Assert.That(await proxy.StopAsync(), Is.Zero);
        JsonElement line = JsonDocument.Parse((await File.ReadAllLinesAsync(log)).Single()).RootElement;
        Assert.That((line.GetProperty("remote").GetString(), line.GetProperty("bytes_sent").GetInt32(), line.GetProperty("bytes_received").GetInt32()), Is.EqualTo(($"127.0.0.1:{target.Port}", 5, 5)));
    }

    [Test]
    public async Task Files_that_are_watched_are_read_again_by_themselves()
    {
        string certificate = Pki.NewFile(".pem");
        string key = Pki.NewFile(".pem");
        await CopyAsync(Pki.ServerFile, certificate);
        await CopyAsync(Pki.ServerKeyFile, key);
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.StartAsync("--to", $"127.0.0.1:{target.Port}", "--cert", certificate, "--key", key, "--watch-files", "0.05", "--max-protocol", protocol);
        await CopyAsync(Pki.ClientFile, certificate);
        await proxy.Process.Error.WaitForTextAsync("certificates and targets stay as they are");
        Assert.That(await SubjectAsync(proxy.Port), Does.Contain("CN = server"), "a key that does not fit is not taken over");
        await CopyAsync(Pki.ClientKeyFile, key);
        await proxy.Process.Error.WaitForTextAsync("certificates and targets were read again");
        Assert.That(await SubjectAsync(proxy.Port), Does.Contain("CN = client"));
    }

    [TestCase("right")]
    [TestCase("wrong")]
    public async Task A_target_must_have_the_key_that_is_pinned(string pin)
    {
        using var target = TestServer.Start(EchoAsync);
        byte[] key = (pin == "right" ? Pki.Server : Pki.Client).PublicKey.ExportSubjectPublicKeyInfo();
        using ProxyProcess proxy = await OriginateAsync(target.Port, "--pin", $"sha256//{Convert.ToBase64String(SHA256.HashData(key))}");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await PlainServer.SendAsync(client, new byte[1]);
        client.Shutdown(SocketShutdown.Send);
        if (pin == "right") Assert.That(await PlainServer.ReadToEndAsync(client), Has.Length.EqualTo(1));
        else await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(client), Throws.InstanceOf<SocketException>());
        await proxy.WaitForEndAsync(pin == "right" ? "ok" : "verification_failed");
    }

    [Test]
    public async Task A_target_that_must_show_its_status_and_does_not_is_refused()
    {
        using var target = TestServer.Start((_, _) => Task.CompletedTask);
        using ProxyProcess proxy = await OriginateAsync(target.Port, "--stapling", "require");
        using Socket client = await PlainServer.ConnectAsync(proxy.Port);
        await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(client), Throws.InstanceOf<SocketException>());
        await proxy.WaitForEndAsync("verification_failed");
    }

    [Test]
    public async Task Sessions_with_the_target_are_resumed_if_they_are_to_be_kept([Values("0", "8")] string kept)
    {
        using SServer target = await SServer.StartAsync(protocol == "tls1.2" ? "-tls1_2" : "-tls1_3", "-rev");
        string log = Pki.NewFile(".log");
        using ProxyProcess proxy = await ProxyProcess.StartAsync("--mode", "originate", "--to", target.Target, "--ca", Pki.AuthorityFile, "--target-sessions", kept, "--connection-log", log);
        for (int i = 0; i < 2; i++)
        {
            using Socket client = await PlainServer.ConnectAsync(proxy.Port);
            await PlainServer.SendAsync(client, "abc\n"u8.ToArray());
            byte[] answer = new byte[4];
            await new NetworkStream(client).ReadExactlyAsync(answer).AsTask().WaitAsync(RunningProcess.Deadline);
            Assert.That(answer, Is.EqualTo("cba\n"u8.ToArray()));
            client.Shutdown(SocketShutdown.Send);
            _ = await PlainServer.ReadToEndAsync(client);
        }

        Assert.That(await proxy.StopAsync(), Is.Zero);
        bool[] resumed = [.. (await File.ReadAllLinesAsync(log)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("resumed").GetBoolean())];
        Assert.That(resumed, Is.EqualTo(new[] { false, kept == "8" }));
    }

    private static async Task EchoAsync(SslStream tls, Socket socket)
    {
        await tls.CopyToAsync(tls);
        await tls.ShutdownAsync();
    }

    private Task<ProxyProcess> OriginateAsync(int target, params string[] options) =>
        ProxyProcess.StartAsync(["--mode", "originate", "--to", $"127.0.0.1:{target}", "--ca", Pki.AuthorityFile, "--min-protocol", protocol, "--max-protocol", protocol, .. options]);

    private static async Task CopyAsync(string from, string to) => await File.WriteAllTextAsync(to, await File.ReadAllTextAsync(from));

    private static async Task<string> SubjectAsync(int port)
    {
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{port}", "-CAfile", Pki.AuthorityFile);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text.Split('\n').FirstOrDefault(line => line.StartsWith("subject=", StringComparison.Ordinal)) ?? client.Error.Text;
    }
}
