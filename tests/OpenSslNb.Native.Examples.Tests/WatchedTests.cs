using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>Servers and clients of the examples under what sees every wrong access and every leak.</summary>
public sealed class WatchedTests
{
    private string _sanitized = null!;

    // As the page says, with what the archive has for them.
    private static string[] Valgrind => ["-q", "--error-exitcode=99", "--leak-check=full", "--fair-sched=yes", $"--suppressions={Archive.Root}/suppressions/valgrind.supp"];

    private static string LeakOptions => $"LSAN_OPTIONS=suppressions={Archive.Root}/suppressions/lsan.supp:print_suppressions=0";

    [OneTimeSetUp]
    public async Task CompileWithSanitizersAsync()
    {
        _sanitized = Archive.NewFolder();
        const string Flags = "-O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer";
        await Tool.RunAsync("make", "make", "-C", $"{Archive.Root}/examples", $"OUT={_sanitized}", $"CFLAGS={Flags}", $"CXXFLAGS={Flags}");
    }

    [TestCase("echo_server", "client")]
    [TestCase("uv_echo_server", "poll_client")]
    [TestCase("cpp_echo", "event_client")]
    public async Task No_sanitizer_has_anything_to_say(string server, string client)
    {
        Archive.Program(server);
        Archive.Program(client);
        await AssertSilentAsync("env", [LeakOptions, $"{_sanitized}/{server}"], server, [LeakOptions, $"{_sanitized}/{client}"], Payload.Megabyte);
    }

    [Test]
    public async Task The_sanitizers_do_see_a_leak_of_an_example()
    {
        string folder = Archive.NewFolder();
        string source = await File.ReadAllTextAsync($"{Archive.Root}/examples/poll_client.c");
        string leaking = source.Replace("must(onb_machine_free(client.machine));", "client.machine = malloc(11); client.machine = NULL;");
        Assert.That(leaking, Is.Not.EqualTo(source));
        await File.WriteAllTextAsync(Path.Combine(folder, "leaking.c"), leaking);
        await Tool.ShellAsync(folder, "cc -O0 -g -fsanitize=address,undefined leaking.c -o leaking $(pkg-config --cflags --libs opensslnb)");
        (int code, _, string error) = await Tool.TryAsync("env", LeakOptions, $"{folder}/leaking", "localhost", "1", "/there/is/none.pem");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("11 byte"));
    }

    [TestCase("echo_server", "client")]
    [TestCase("uv_echo_server", "poll_client")]
    [TestCase("cpp_echo", "event_client")]
    public async Task Memcheck_has_nothing_to_say(string server, string client) =>
        await AssertSilentAsync("valgrind", [.. Valgrind, Archive.Program(server)], server, [.. Valgrind, Archive.Program(client)], Payload.Megabyte / 4);

    // A session with data, one that is refused, and the end of the server.
    private static async Task AssertSilentAsync(string runner, string[] server, string serverName, string[] client, int length)
    {
        await using ExampleServer started = await ExampleServer.StartAsync(runner, [.. server, .. ExampleServer.EchoArguments(serverName)]);
        await using ExternalProcess good = ExternalProcess.Start(runner, runner, [.. client, "localhost", $"{started.Port}", Archive.Authority]);
        byte[] data = Payload.Bytes(9, length);
        Task writing = good.WriteAsync(data).ContinueWith(_ => good.CloseInput(), TaskScheduler.Default);
        int code = await good.ExitAsync();
        Assert.That(code, Is.Zero, () => Words(good));
        await writing;
        Payload.AssertSame(good.Output.ToArray(), data);

        await using ExternalProcess refusing = ExternalProcess.Start(runner, runner, [.. client, "localhost", $"{started.Port}", Archive.Stranger]);
        refusing.CloseInput();
        code = await refusing.ExitAsync();
        Assert.That(code, Is.EqualTo(1), () => Words(refusing));

        string words = await started.StopAsync();
        Assert.That(words.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.All.StartWith($"{serverName}: "));
    }

    private static string Words(ExternalProcess process) => System.Text.Encoding.UTF8.GetString(process.Error.ToArray());
}
