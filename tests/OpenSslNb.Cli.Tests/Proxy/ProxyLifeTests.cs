using System.Diagnostics;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary><c>proxy</c> and signals: reload under load, drain.</summary>
public sealed class ProxyLifeTests
{
    private const int Hup = 1;

    [TestCase("1", "buffered")]
    [TestCase("2", "fd")]
    public async Task No_handshake_fails_while_certificates_are_read_again_and_again(string loops, string transport)
    {
        string certificate = Pki.NewFile(".pem");
        string key = Pki.NewFile(".pem");
        await RenewAsync(Pki.ServerFile, Pki.ServerKeyFile);
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.StartAsync("--to", $"127.0.0.1:{target.Port}", "--cert", certificate, "--key", key, "--loops", loops, "--transport", transport);
        using TestClient standing = await TestClient.ConnectAsync(proxy.Port);
        bool stop = false;
        Task<HashSet<string>>[] crowd = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ConnectAgainAndAgainAsync(proxy.Port, () => Volatile.Read(ref stop))))];
        for (int i = 1; i <= 10; i++)
        {
            await RenewAsync(i % 2 == 0 ? Pki.ServerFile : Pki.ClientFile, i % 2 == 0 ? Pki.ServerKeyFile : Pki.ClientKeyFile);
            proxy.Process.Signal(Hup);
            await proxy.Process.Error.WaitForTextAsync("certificates and targets were read again", i);
            await standing.EchoAsync(new byte[100]);
        }

        Volatile.Write(ref stop, true);
        HashSet<string>[] seen = await Task.WhenAll(crowd).WaitAsync(RunningProcess.Deadline);
        Assert.That(seen.SelectMany(s => s).Distinct(), Is.EquivalentTo(new[] { "CN=server", "CN=client" }));
        Assert.That((await proxy.ScrapeAsync()).Samples.Where(s => s.Key.StartsWith("opensslnb_handshakes_total", StringComparison.Ordinal) && !s.Key.Contains("\"ok\"")).Sum(s => s.Value), Is.Zero);

        async Task RenewAsync(string newCertificate, string newKey)
        {
            await File.WriteAllBytesAsync(certificate, await File.ReadAllBytesAsync(newCertificate));
            await File.WriteAllBytesAsync(key, await File.ReadAllBytesAsync(newKey));
        }
    }

    [Test]
    public async Task A_certificate_that_is_no_good_changes_nothing()
    {
        string certificate = Pki.NewFile(".pem");
        await File.WriteAllBytesAsync(certificate, await File.ReadAllBytesAsync(Pki.ServerFile));
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.StartAsync("--to", $"127.0.0.1:{target.Port}", "--cert", certificate, "--key", Pki.ServerKeyFile);
        await File.WriteAllTextAsync(certificate, "no certificate");
        proxy.Process.Signal(Hup);
        await proxy.Process.Error.WaitForTextAsync("certificates and targets stay as they are");
        using TestClient client = await TestClient.ConnectAsync(proxy.Port);
        await client.EchoAsync(new byte[100]);
    }

    [Test]
    public async Task Whom_to_trust_is_read_again_while_connections_are_made()
    {
        string authority = Pki.NewFile(".pem");
        await File.WriteAllBytesAsync(authority, await File.ReadAllBytesAsync(Pki.OtherAuthorityFile));
        using var echo = PlainServer.StartEcho();
        using ProxyProcess server = await ProxyProcess.TerminateAsync(echo.Port);
        using ProxyProcess proxy = await ProxyProcess.StartAsync("--mode", "originate", "--to", $"127.0.0.1:{server.Port}", "--ca", authority);
        using (Socket refused = await PlainServer.ConnectAsync(proxy.Port)) await Assert.ThatAsync(() => PlainServer.ReadToEndAsync(refused), Throws.InstanceOf<SocketException>());
        await File.WriteAllBytesAsync(authority, await File.ReadAllBytesAsync(Pki.AuthorityFile));
        for (int i = 1; i <= 5; i++)
        {
            proxy.Process.Signal(Hup);
            if (i > 1) await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RoundTripAsync(proxy.Port)));
            await proxy.Process.Error.WaitForTextAsync("certificates and targets were read again", i);
        }

        await RoundTripAsync(proxy.Port);
    }

    [TestCase("1")]
    [TestCase("2")]
    public async Task After_SIGTERM_nobody_is_accepted_and_connections_go_on_to_their_end(string loops)
    {
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--loops", loops);
        TestClient[] clients = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TestClient.ConnectAsync(proxy.Port)));
        foreach (TestClient client in clients) await client.EchoAsync(new byte[1000]);
        proxy.Process.Signal(RunningProcess.SIGTERM);
        await Eventually.BecomesTrue(() => IsRefused(proxy.Port), "a refusal");
        foreach (TestClient client in clients)
        {
            await client.EchoAsync(new byte[100_000]);
            Assert.That(proxy.Process.HasExited, Is.False);
            await client.CloseWriteAsync();
            Assert.That(await client.ReadToEndAsync(), Is.Empty);
            client.Dispose();
        }

        Assert.That(await proxy.Process.WaitForExitAsync(), Is.Zero, proxy.Process.Error.Text);
    }

    [Test]
    public async Task A_connection_that_does_not_end_is_cut_when_the_time_is_over()
    {
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--drain-timeout", "1");
        using TestClient client = await TestClient.ConnectAsync(proxy.Port);
        await client.EchoAsync(new byte[1000]);
        long began = Stopwatch.GetTimestamp();
        Assert.That(await proxy.StopAsync(), Is.Zero, proxy.Process.Error.Text);
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThan(TimeSpan.FromSeconds(0.9)));
        await Assert.ThatAsync(client.ReadToEndAsync, Throws.InstanceOf<IOException>(), "cut, and not ended");
    }

    [Test]
    public async Task A_second_signal_waits_for_nobody()
    {
        using var target = PlainServer.StartEcho();
        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--drain-timeout", "600");
        using TestClient client = await TestClient.ConnectAsync(proxy.Port);
        proxy.Process.Signal(RunningProcess.SIGTERM);
        await Eventually.BecomesTrue(() => IsRefused(proxy.Port), "a refusal");
        Assert.That(await proxy.StopAsync(), Is.Zero, proxy.Process.Error.Text);
    }

    [TestCase("--mode", "terminate", "--to", "127.0.0.1:1")]
    [TestCase("--mode", "originate")]
    [TestCase("--mode", "passthrough-sni")]
    [TestCase("--mode", "tunnel", "--to", "127.0.0.1:1")]
    [TestCase("--mode", "originate", "--to", "127.0.0.1:1", "--route", "a=127.0.0.1:1")]
    [TestCase("--mode", "passthrough-sni", "--route", "a=127.0.0.1")]
    [TestCase("--mode", "passthrough-sni", "--route", "a.*=127.0.0.1:1")]
    [TestCase("--mode", "originate", "--to", "127.0.0.1:1", "--send-proxy", "v3")]
    [TestCase("--mode", "originate", "--to", "127.0.0.1:1", "--key", "x.pem")]
    public async Task A_command_line_that_makes_no_sense_is_refused(params string[] options)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(["proxy", "--listen", "127.0.0.1:0", .. options]);
        Assert.That(result.Code, Is.EqualTo(2), result.Error);
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static async Task<HashSet<string>> ConnectAgainAndAgainAsync(int port, Func<bool> isEnough)
    {
        var subjects = new HashSet<string>();
        while (!isEnough())
        {
            using TestClient client = await TestClient.ConnectAsync(port);
            subjects.Add(client.Tls.RemoteCertificate!.Subject);
            await client.EchoAsync(new byte[100]);
        }

        return subjects;
    }

    private static async Task RoundTripAsync(int port)
    {
        using Socket client = await PlainServer.ConnectAsync(port);
        await PlainServer.SendAsync(client, "there and back"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await PlainServer.ReadToEndAsync(client), Is.EqualTo("there and back"u8.ToArray()));
    }

    private static bool IsRefused(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(System.Net.IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
