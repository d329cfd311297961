using System.Text;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>The one program with other versions of OpenSSL than the system's: the oldest supported, and whatever else native/openssl/fetch.sh has put under artifacts/openssl.</summary>
public sealed class OpenSslVersionTests
{
    private const string Oldest = "1.1.1";
    private const string End = "= 40000\n";

    private static readonly string s_folder = Path.Combine(Opensslnb.Root, "artifacts", "openssl");

    private static IEnumerable<string> Versions =>
        Directory.Exists(s_folder) ? Directory.GetDirectories(s_folder).Select(Path.GetFileName).OfType<string>().Where(name => char.IsAsciiDigit(name[0])).Append(Oldest).Distinct().Order(StringComparer.Ordinal) : [Oldest];

    [Test]
    public async Task Serves_s_client_with_each_OpenSSL_version([ValueSource(nameof(Versions))] string version, [Values("-tls1_2", "-tls1_3")] string protocol)
    {
        RequireProgram("openssl");
        using ServeProcess server = await ServeAsync(version);
        using RunningProcess client = RunningProcess.Start(
            "openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-servername", "localhost", "-CAfile", Pki.AuthorityFile, "-verify_return_error", "-brief", protocol);
        string lines = Lines();
        Task writing = client.WriteInputAsync(lines);
        await client.Output.WaitForTextAsync(End);
        await writing;
        client.CloseInput();
        Assert.That(await client.WaitForExitAsync(), Is.Zero, client.Error.Text);
        Assert.That(client.Output.Text, Is.EqualTo(lines));
        Assert.That(await server.StopAsync(), Is.Zero, server.Process.Error.Text);
    }

    [Test]
    public async Task Serves_curl_with_each_OpenSSL_version([ValueSource(nameof(Versions))] string version, [Values("1.2", "1.3")] string protocol)
    {
        RequireProgram("curl");
        using ServeProcess server = await ServeAsync(version);

        // An echo is no answer of HTTP, but an old curl and an old HTTP take any bytes; curl would wait for more, and is ended.
        using RunningProcess curl = RunningProcess.Start(
            "curl", "--silent", "--show-error", "--no-buffer", "--http0.9", "--noproxy", "*", "--cacert", Pki.AuthorityFile, "--tls-max", protocol, "--tlsv" + protocol, $"https://localhost:{server.Port}/echoed");
        await curl.Output.WaitForTextAsync("GET /echoed HTTP/1.1\r\n");
    }

    [Test]
    public async Task Probes_with_each_OpenSSL_version_and_makes_records_itself([ValueSource(nameof(Versions))] string version)
    {
        string folder = Require(version);
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess probe = Opensslnb.StartWith(folder, "probe", $"localhost:{server.Port}", "--ca", Pki.AuthorityFile, "--only", "record-padded", "--only", "finished-wrong", "--json");
        Assert.That(await probe.WaitForExitAsync(), Is.Zero, probe.Error.Text + probe.Output.Text);
        using var report = System.Text.Json.JsonDocument.Parse(probe.Output.Text);
        Assert.That(report.RootElement.GetProperty("openssl").GetString(), Does.StartWith($"OpenSSL {version}"));
        Assert.That(report.RootElement.GetProperty("passed").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public async Task Connects_with_each_OpenSSL_version_to_the_systems([ValueSource(nameof(Versions))] string version)
    {
        string folder = Require(version);
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess client = Opensslnb.StartWith(folder, "connect", $"localhost:{server.Port}", "--ca", Pki.AuthorityFile);
        string lines = Lines();
        Task writing = client.WriteInputAsync(lines);
        await client.Output.WaitForTextAsync(End);
        AssertUses(client, folder);
        await writing;
        client.CloseInput();
        Assert.That(await client.WaitForExitAsync(), Is.Zero, client.Error.Text);
        Assert.That(client.Output.Text, Is.EqualTo(lines));
    }

    [Test]
    public async Task The_demonstration_says_which_version_it_runs_on([ValueSource(nameof(Versions))] string version)
    {
        using RunningProcess demo = Opensslnb.StartWith(Require(version), "demo", "--seconds", "1", "--connections", "8");
        Assert.That(await demo.WaitForExitAsync(), Is.Zero, demo.Error.Text);
        Assert.That(demo.Output.Text, Does.Contain($"OpenSSL {version}").And.Contain("integrity: ok"));
    }

    private static async Task<ServeProcess> ServeAsync(string version)
    {
        string folder = Require(version);
        ServeProcess server = await ServeProcess.StartWithAsync(folder, "echo");
        AssertUses(server.Process, folder);
        return server;
    }

    // The libraries' folder of a version; the test is ignored where it is not there.
    private static string Require(string version)
    {
        string folder = Path.Combine(s_folder, version, "lib");
        if (!Directory.Exists(folder)) Assert.Ignore($"OpenSSL {version} is not there: native/openssl/fetch.sh {version} gets it");
        return folder;
    }

    private static void RequireProgram(string name)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, name)))) Assert.Ignore($"{name} is not installed: apt-get install {name}");
    }

    private static void AssertUses(RunningProcess process, string folder) =>
        Assert.That(File.ReadAllText($"/proc/{process.Id}/maps"), Does.Contain($"{folder}/libssl.so.").And.Contain($"{folder}/libcrypto.so."));

    // Some dozens of records. No letters: s_client takes some for commands wherever they happen to begin one of its reads.
    private static string Lines()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 40_000; i++) text.Append(i).Append(" + 1\n");
        return text.Append(End).ToString();
    }
}
