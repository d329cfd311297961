using System.Text;
using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The package in Python, which finds the library beside itself in the archive.</summary>
public sealed class PythonTests
{
    private static readonly byte[] s_big = Payload.Bytes(8, 5 * Payload.Megabyte);

    private string _folder = null!;

    [OneTimeSetUp]
    public void WriteFiles()
    {
        _folder = Archive.NewFolder();
        File.WriteAllBytes(Path.Combine(_folder, "big"), s_big);
        File.WriteAllText(Path.Combine(_folder, "small file.txt"), "a small file\n");
        File.WriteAllText(Path.Combine(_folder, "empty"), "");
    }

    [TestCase("1.2")]
    [TestCase("1.3")]
    public async Task Its_server_serves_curl(string version)
    {
        await using ExampleServer server = await StartServerAsync();
        string got = Path.Combine(Archive.NewFolder(), "got");
        string facts = await CurlAsync(server, "--tlsv1." + version[^1], "--tls-max", version, "-o", got, "-w", "%{http_code} %{ssl_verify_result}", Url(server, "big"));
        Assert.That(facts, Is.EqualTo("200 0"));
        Payload.AssertSame(await File.ReadAllBytesAsync(got), s_big);
    }

    [Test]
    public async Task Its_server_answers_many_requests_on_a_connection_and_many_connections_at_once()
    {
        await using ExampleServer server = await StartServerAsync();
        string texts = await CurlAsync(server, "-w", "%{http_code} %{num_connects}\n", Url(server, "small%20file.txt"), Url(server, "empty"), Url(server, "none"));
        Assert.That(texts, Is.EqualTo("a small file\n200 1\n200 0\nnot found\n404 0\n"));

        string folder = Archive.NewFolder();
        await CurlAsync(server, ["--parallel", "--parallel-immediate", .. Enumerable.Range(0, 20).SelectMany(number => (string[])["-o", $"{folder}/{number}", Url(server, "big")])]);
        foreach (string file in Directory.GetFiles(folder)) Payload.AssertSame(await File.ReadAllBytesAsync(file), s_big);
        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(20));
        Assert.That(await server.StopAsync(), Does.Not.Contain("https_server:").And.Not.Contain("Traceback"));
    }

    [Test]
    public async Task Its_server_gives_nothing_out_of_other_folders()
    {
        await using ExampleServer server = await StartServerAsync();
        foreach (string path in (string[])["../key.pem", "%2e%2e/key.pem", "/etc/passwd", ""])
        {
            Assert.That(await CurlAsync(server, "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", Url(server, path)), Is.EqualTo("404"), path);
        }
    }

    [TestCase("-tls1_2", "TLSv1.2")]
    [TestCase("-tls1_3", "TLSv1.3")]
    public async Task Its_client_gets_files_from_s_server(string option, string version)
    {
        // -WWW serves the folder that it runs in.
        await using ServerProgram server = await ServerProgram.StartAsync(
            ExternalProcess.Start("env", "coreutils", "-C", _folder, "stdbuf", "-oL", "openssl", "s_server", "-WWW", "-accept", "127.0.0.1:0", "-cert", Archive.Certificate, "-key", Archive.Key, option),
            "ACCEPT 127.0.0.1:");
        await using ExternalProcess client = Python("https_client.py", "localhost", $"{server.Port}", "/big", Archive.Authority);
        await client.ExitWellAsync();
        Payload.AssertSame(client.Output.ToArray(), s_big);
        Assert.That(client.Error.Tail, Does.StartWith($"https_client: {version}, ").And.Contain("200"));
    }

    [Test]
    public async Task Its_client_says_why_it_does_not_trust_a_server_and_that_nobody_answers()
    {
        await using ExampleServer server = await StartServerAsync();
        await using ExternalProcess client = Python("https_client.py", "localhost", $"{server.Port}", "/big", Archive.Stranger);
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Error.Tail, Does.StartWith("https_client: verification failed: "));
        Assert.That(client.Output.ToArray(), Is.Empty);
    }

    [TestCase("https_server.py")]
    [TestCase("https_client.py")]
    public async Task A_wrong_line_is_answered_with_how_it_is_used(string script)
    {
        await using ExternalProcess process = Python(script, "x");
        Assert.That(await process.ExitAsync(), Is.EqualTo(2));
        Assert.That(process.Error.Tail, Does.StartWith($"usage: {script}"));
    }

    [Test]
    public async Task One_thread_sends_while_another_receives_and_a_full_queue_only_waits()
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync("echo_server");
        string script = Path.Combine(Archive.NewFolder(), "duplex.py");
        await File.WriteAllTextAsync(script, Duplex);
        await using ExternalProcess process = ExternalProcess.Start("env", "python3", $"PYTHONPATH={Archive.Python}", "python3", script, $"{server.Port}", Archive.Authority);
        await process.ExitWellAsync();
        Assert.That(process.Output.Tail, Is.EqualTo("16777216 the same\n"));
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    private const string Duplex = """
        import os, sys, threading
        import opensslnb
        data = os.urandom(16 << 20)
        context = opensslnb.Context.client(authorities=sys.argv[2])
        with opensslnb.Loop() as loop, loop.connect("localhost", int(sys.argv[1]), context) as connection:
            sender = threading.Thread(target=lambda: (connection.send(data), connection.close_write()))
            sender.start()
            back = connection.receive_all()
            sender.join()
        print(len(back), "the same" if back == data else "not the same")
        """;

    private static Task<string> CurlAsync(ExampleServer server, params IEnumerable<string> arguments) =>
        Tool.RunAsync("curl", "curl", ["-sS", "--max-time", "50", "--cacert", Archive.Authority, "--resolve", $"localhost:{server.Port}:127.0.0.1", .. arguments]);

    private static string Url(ExampleServer server, string path) => $"https://localhost:{server.Port}/{path}";

    private Task<ExampleServer> StartServerAsync() =>
        ExampleServer.StartAsync("python3", "-B", Path.Combine(Archive.Python, "https_server.py"), "0", _folder, Archive.Certificate, Archive.Key);

    private static ExternalProcess Python(string script, params IEnumerable<string> arguments) =>
        ExternalProcess.Start("python3", "python3", ["-B", Path.Combine(Archive.Python, script), .. arguments]);
}
