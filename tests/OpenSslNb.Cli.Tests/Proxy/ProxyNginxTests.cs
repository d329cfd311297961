using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary><c>proxy</c> in front of nginx, with <c>curl</c> and <c>h2load</c>.</summary>
[TestFixture("buffered", "epoll", "tls1.2")]
[TestFixture("buffered", "epoll", "tls1.3")]
[TestFixture("fd", "poll", "tls1.2")]
[TestFixture("fd", "poll", "tls1.3")]
public sealed partial class ProxyNginxTests(string transport, string poller, string protocol)
{
    private const int Hup = 1;
    private const string Requests = "20000";

    [TestCase("--http1.1")]
    [TestCase("--http2")]
    public async Task Curl_gets_the_file(string version)
    {
        using Nginx nginx = await Nginx.StartAsync();
        bool isHttp2 = version == "--http2";
        using ProxyProcess proxy = await StartAsync(isHttp2 ? nginx.Http2 : nginx.Http, "--alpn", isHttp2 ? "h2" : "http/1.1");
        using RunningProcess curl = RunningProcess.Start(Nginx.Require("curl", "curl"), "--silent", "--show-error", "--fail", version, "--cacert", Pki.AuthorityFile, "--write-out", "%{stderr}%{http_version}", $"https://localhost:{proxy.Port}/file", $"https://localhost:{proxy.Port}/file");
        Assert.That(await curl.WaitForExitAsync(), Is.Zero, curl.Error.Text);
        Assert.That(curl.Output.Bytes.AsSpan().SequenceEqual((byte[])[.. nginx.File, .. nginx.File]), Is.True);
        Assert.That(curl.Error.Text, Is.EqualTo(isHttp2 ? "22" : "1.11.1"));

        // With HTTP/2 curl leaves without close_notify.
        await proxy.WaitForEndAsync(isHttp2 ? "truncated" : "ok");
    }

    [TestCase("v1")]
    [TestCase("v2")]
    public async Task Nginx_learns_the_clients_address(string version)
    {
        using Nginx nginx = await Nginx.StartAsync();
        using ProxyProcess proxy = await StartAsync(nginx.BehindProxy, "--send-proxy", version);
        using RunningProcess curl = RunningProcess.Start(Nginx.Require("curl", "curl"), "--silent", "--show-error", "--fail", "--cacert", Pki.AuthorityFile, "--write-out", "%{local_ip}:%{local_port} at %{remote_ip}:%{remote_port}\\n", $"https://localhost:{proxy.Port}/");
        Assert.That(await curl.WaitForExitAsync(), Is.Zero, curl.Error.Text);
        string[] lines = curl.Output.Text.Split('\n');
        Assert.That(lines[0], Is.EqualTo(lines[1]), "what nginx says and what curl says");
    }

    [Test]
    public async Task H2load_has_every_request_answered_while_certificates_are_read_again([Values("1", "2")] string loops)
    {
        using Nginx nginx = await Nginx.StartAsync();
        using ProxyProcess proxy = await StartAsync(nginx.Http2, "--alpn", "h2", "--loops", loops);
        using RunningProcess load = RunningProcess.Start(Nginx.Require("h2load", "nghttp2-client"), "-n", Requests, "-c", "40", "-m", "10", "--rate", "4", "--rate-period", "100ms", $"https://localhost:{proxy.Port}/short");
        for (int i = 1; i <= 3; i++)
        {
            proxy.Process.Signal(Hup);
            await proxy.Process.Error.WaitForTextAsync("certificates and targets were read again", i);
        }

        Assert.That(await load.WaitForExitAsync(), Is.Zero, load.Error.Text);
        Match summary = Summary().Match(load.Output.Text);
        Assert.That(summary.Success, Is.True, load.Output.Text);
        Assert.That((summary.Groups[1].Value, summary.Groups[2].Value, summary.Groups[3].Value), Is.EqualTo((Requests, "0", "0")), load.Output.Text);
        await proxy.WaitForEndAsync("ok", 1);
        Exposition metrics = await proxy.ScrapeAsync();
        Assert.That(metrics.Samples.Where(s => s.Key.StartsWith("opensslnb_handshakes_total", StringComparison.Ordinal) && !s.Key.Contains("\"ok\"")).Sum(s => s.Value), Is.Zero);
    }

    [Test]
    public async Task After_SIGTERM_h2load_still_has_its_requests_answered()
    {
        using Nginx nginx = await Nginx.StartAsync();
        using ProxyProcess proxy = await StartAsync(nginx.Http2, "--alpn", "h2");
        using RunningProcess load = RunningProcess.Start(Nginx.Require("h2load", "nghttp2-client"), "-n", Requests, "-c", "20", "-m", "10", $"https://localhost:{proxy.Port}/short");
        await OpenSslNb.Testing.Eventually.BecomesTrue(() => proxy.ScrapeAsync().GetAwaiter().GetResult().Sum("opensslnb_handshakes_total", "result=\"ok\"") == 20 || load.HasExited, "all clients are there");
        Assert.That(await proxy.StopAsync(), Is.Zero, proxy.Process.Error.Text);
        Assert.That(await load.WaitForExitAsync(), Is.Zero, load.Error.Text);
        Match summary = Summary().Match(load.Output.Text);
        Assert.That((summary.Groups[1].Value, summary.Groups[2].Value), Is.EqualTo((Requests, "0")), load.Output.Text);
    }

    private async Task<ProxyProcess> StartAsync(int target, params string[] options) =>
        await ProxyProcess.TerminateAsync(target, ["--transport", transport, "--poller", poller, "--min-protocol", protocol, "--max-protocol", protocol, .. options]);

    [GeneratedRegex(@"([0-9]+) succeeded, ([0-9]+) failed, ([0-9]+) errored")]
    private static partial Regex Summary();
}
