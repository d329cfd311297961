using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>serve --connection-log</c>, with <c>openssl s_client</c> on the other side.</summary>
[TestFixture("-tls1_2", "Tls12", "buffered", "epoll")]
[TestFixture("-tls1_3", "Tls13", "buffered", "epoll")]
[TestFixture("-tls1_2", "Tls12", "fd", "poll")]
[TestFixture("-tls1_3", "Tls13", "fd", "poll")]
public sealed class ConnectionLogTests(string version, string protocol, string transport, string poller)
{
    [Test]
    public async Task Each_connection_that_has_ended_has_a_line_with_its_facts_and_what_the_client_said()
    {
        string log = Pki.NewFile(".log");
        using ServeProcess server = await StartAsync(log, "--export-keying-material", "EXPERIMENTAL-log", "--export-length", "20", "--loops", "2");
        string material = "";
        for (int i = 0; i < 2; i++)
        {
            using RunningProcess client = SClient(server, "-alpn", "h2,http/1.1", "-keymatexport", "EXPERIMENTAL-log", "-keymatexportlen", "20");
            await client.WriteInputAsync("eleven byte");
            await client.Output.WaitForTextAsync("eleven byte");
            client.CloseInput();
            await client.WaitForExitAsync();
            material = client.Output.Text.Split("Keying material: ")[1].Split('\n')[0];
        }

        JsonElement[] lines = await StopAndReadAsync(server, log);
        Assert.That(lines, Has.Length.EqualTo(2));
        foreach (JsonElement line in lines)
        {
            Assert.That(line.GetProperty("reason").GetString(), Is.EqualTo("CloseNotify"));
            Assert.That(line.GetProperty("protocol").GetString(), Is.EqualTo(protocol));
            Assert.That(line.GetProperty("server_name").GetString(), Is.EqualTo("localhost"));
            Assert.That((line.GetProperty("bytes_received").GetInt32(), line.GetProperty("bytes_sent").GetInt32()), Is.EqualTo((11, 11)));
            JsonElement hello = line.GetProperty("client_hello");
            Assert.That(hello.GetProperty("ja3").GetString(), Does.Match("^[0-9a-f]{32}$").And.EqualTo(lines[0].GetProperty("client_hello").GetProperty("ja3").GetString()), "the same program with the same options");
            Assert.That(hello.GetProperty("ja4").GetString(), Does.Match($"^t{(protocol == "Tls12" ? "12" : "13")}d[0-9]{{4}}h2_[0-9a-f]{{12}}_[0-9a-f]{{12}}$"));
            Assert.That(hello.GetProperty("application_protocols").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(new[] { "h2", "http/1.1" }));
        }

        string[] exported = [.. lines.Select(line => line.GetProperty("keying_material").GetProperty("EXPERIMENTAL-log").GetString()!.ToUpperInvariant())];
        Assert.That(exported, Is.Unique.And.Contains(material));
    }

    [Test]
    public async Task A_log_that_was_moved_away_is_begun_anew_on_SIGHUP()
    {
        string log = Pki.NewFile(".log");
        File.Delete(log);
        using ServeProcess server = await StartAsync(log);
        await VisitAsync(server);
        await WaitForLineAsync(log);
        File.Move(log, $"{log}.1");
        server.Process.Signal(RunningProcess.SIGHUP);
        await server.Process.Error.WaitForTextAsync("the certificates were read again");
        await VisitAsync(server);
        await VisitAsync(server);
        Assert.That(await StopAndReadAsync(server, log), Has.Length.EqualTo(2));
        Assert.That(await File.ReadAllLinesAsync($"{log}.1"), Has.Length.EqualTo(1));
        Assert.That(File.GetUnixFileMode(log), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        File.Delete($"{log}.1");

        async Task VisitAsync(ServeProcess server)
        {
            using RunningProcess client = SClient(server);
            client.CloseInput();
            await client.WaitForExitAsync();
        }
    }

    [Test]
    public async Task A_handshake_that_fails_has_a_line_with_the_reason_and_the_alert()
    {
        string log = Pki.NewFile(".log");
        using ServeProcess server = await StartAsync(log);

        // The authority is another one: the client says so.
        using (RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", version, "-CAfile", Pki.OtherAuthorityFile, "-verify_return_error"))
        {
            client.CloseInput();
            await client.WaitForExitAsync();
        }

        JsonElement line = (await StopAndReadAsync(server, log)).Single();
        Assert.That(line.GetProperty("alert_received").GetInt32(), Is.EqualTo(48), "unknown_ca");
        Assert.That(line.GetProperty("detail").GetString(), Does.Contain("unknown ca"));
        Assert.That(line.GetProperty("reason").GetString(), Is.EqualTo("ProtocolError"));
        Assert.That(line.GetProperty("client_hello").GetProperty("ja4").GetString(), Does.StartWith(protocol == "Tls12" ? "t12" : "t13"), "who it was, all the same");
    }

    // It is written when the server has seen the end, which the client does not wait for.
    private static async Task WaitForLineAsync(string log)
    {
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await File.ReadAllTextAsync(log, deadline.Token)).EndsWith('\n')) await pause.WaitForNextTickAsync(deadline.Token);
    }

    private Task<ServeProcess> StartAsync(string log, params string[] options) => ServeProcess.StartAsync("echo", ["--transport", transport, "--poller", poller, "--alpn", "h2", "--connection-log", log, .. options]);

    private RunningProcess SClient(ServeProcess server, params string[] options) => RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", version, "-servername", "localhost", .. options]);

    private static async Task<JsonElement[]> StopAndReadAsync(ServeProcess server, string log)
    {
        Assert.That(await server.StopAsync(), Is.Zero);
        return [.. (await File.ReadAllLinesAsync(log)).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
