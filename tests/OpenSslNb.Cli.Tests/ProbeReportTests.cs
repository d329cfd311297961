using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Xml.Linq;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>What <c>opensslnb probe</c> leaves behind when it does not come to its end.</summary>
public sealed class ProbeReportTests
{
    private const string Patience = "20";

    [TestCaseSource(typeof(RunningProcess), nameof(RunningProcess.EndingSignals))]
    public async Task A_signal_leaves_a_report_of_what_was_asked(int signal, int code)
    {
        string junit = Pki.NewFile(".xml");
        using var server = new DeafServer();
        using RunningProcess probe = Opensslnb.Start("probe", server.Target, "--json", "--junit", junit, "--timeout", Patience);
        await server.Asked.WaitAsync(RunningProcess.Deadline);
        probe.Signal(signal);
        Assert.That(await probe.WaitForExitAsync(), Is.EqualTo(code), probe.Error.Text);
        Assert.That(probe.Error.Text, Does.Match(@"interrupted: 0 of \d+ probes were asked"));
        AssertError(JsonDocument.Parse(probe.Output.Text), junit, "interrupted");
    }

    [Test]
    public async Task A_signal_in_the_middle_leaves_the_table_so_far()
    {
        Opensslnb.RequireOpenSsl3("a finding that 4.0 no longer has tells how far it is");
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        using RunningProcess probe = Opensslnb.Start("probe", $"127.0.0.1:{serve.Port}", "--ca", Pki.AuthorityFile, "--timeout", Patience);
        await probe.Error.WaitForTextAsync("failed: version-ssl3-refused");
        probe.Signal(RunningProcess.SIGINT);
        Assert.That(await probe.WaitForExitAsync(), Is.EqualTo(130), probe.Error.Text);
        Assert.That(probe.Output.Text, Does.Contain("version-ssl3-refused").And.Match(@"\n\d+ probes of .* 1 failed, \d+ not asked\n\z"));
    }

    [Test]
    public async Task Nobody_there_is_an_error_in_every_format()
    {
        string junit = Pki.NewFile(".xml");
        Opensslnb.Result result = await Opensslnb.RunAsync("probe", $"[::1]:{FreePort(IPAddress.IPv6Loopback)}", "--json", "--junit", junit, "--timeout", Patience);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Match(@"\[::1\]:\d+ cannot be probed"));
        AssertError(JsonDocument.Parse(result.Output), junit, "cannot be probed: Connection refused");
    }

    [Test]
    public async Task A_fault_of_our_side_is_an_error_in_every_format()
    {
        Opensslnb.RequireOpenSsl3("a property that nothing has");
        string junit = Pki.NewFile(".xml");
        string configuration = Pki.NewFile(".cnf");
        await File.WriteAllTextAsync(configuration, "openssl_conf = init\n[init]\nalg_section = algorithms\n[algorithms]\ndefault_properties = fips=yes\n");
        using var server = new DeafServer();
        using RunningProcess probe = RunningProcess.Start("env", [$"OPENSSL_CONF={configuration}", Opensslnb.Program, "probe", server.Target, "--json", "--junit", junit, "--timeout", Patience]);
        Assert.That(await probe.WaitForExitAsync(), Is.EqualTo(1), probe.Error.Text);
        Opensslnb.AssertNoStackTrace(probe.Error.Text);
        AssertError(JsonDocument.Parse(probe.Output.Text), junit, "SSL_CTX_new");
    }

    [Test]
    public async Task A_server_that_is_gone_is_one_failure_and_the_rest_is_not_asked()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        using RunningProcess probe = Opensslnb.Start("probe", $"127.0.0.1:{serve.Port}", "--ca", Pki.AuthorityFile, "--timeout", Patience, "--json");
        if (Opensslnb.OpenSslMajor == 3) await probe.Error.WaitForTextAsync("failed: version-ssl3-refused");
        await serve.StopAsync();
        Assert.That(await probe.WaitForExitAsync(), Is.EqualTo(1));
        using var document = JsonDocument.Parse(probe.Output.Text);
        JsonElement[] probes = [.. document.RootElement.GetProperty("probes").EnumerateArray()];
        Assert.That(document.RootElement.GetProperty("not_asked").GetInt32(), Is.GreaterThan(10));
        Assert.That(probes.Count(p => p.GetProperty("evidence").GetString()!.Contains("Connection refused")), Is.EqualTo(1));
        Assert.That(probes[^1].GetProperty("evidence").GetString(), Does.StartWith("nobody listens any more").And.Contain($"the probe before was {probes[^2].GetProperty("name").GetString()}"));
    }

    [Test]
    public async Task A_full_disk_costs_the_file_and_not_the_table()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        Opensslnb.Result result = await Opensslnb.RunAsync("probe", $"127.0.0.1:{serve.Port}", "--ca", Pki.AuthorityFile, "--timeout", Patience, "--only", "close-notify-13", "--junit", "/dev/full");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("opensslnb: --junit: "));
        Assert.That(result.Output, Does.Contain("\n1 probe of 127.0.0.1"));
    }

    [Test]
    public async Task A_shorter_report_takes_the_place_of_a_longer_one()
    {
        string junit = Pki.NewFile(".xml");
        await File.WriteAllTextAsync(junit, new string('x', 100_000));
        Opensslnb.Result result = await Opensslnb.RunAsync("probe", $"127.0.0.1:{FreePort(IPAddress.Loopback)}", "--junit", junit, "--timeout", Patience);
        Assert.That(result.Output, Is.Empty);
        Assert.That(XDocument.Load(junit).Root!.Descendants("error").Count(), Is.EqualTo(1));
    }

    private static void AssertError(JsonDocument document, string junit, string words)
    {
        using (document) Assert.That(document.RootElement.GetProperty("error").GetString(), Does.Contain(words));
        XElement root = XDocument.Load(junit).Root!;
        Assert.That((int)root.Attribute("errors")!, Is.EqualTo(1));
        Assert.That((string)root.Descendants("error").Single().Attribute("message")!, Does.Contain(words));
    }

    private static int FreePort(IPAddress address)
    {
        using var free = new TcpListener(address, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>Takes connections and says nothing.</summary>
    private sealed class DeafServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public DeafServer()
        {
            _listener.Start();
            Asked = _listener.AcceptSocketAsync();
        }

        public string Target => _listener.LocalEndpoint.ToString()!;

        public Task<Socket> Asked { get; }

        public void Dispose()
        {
            _listener.Stop();
            if (Asked.IsCompletedSuccessfully) Asked.Result.Dispose();
        }
    }
}
