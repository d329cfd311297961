using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Differential;

/// <summary><c>opensslnb diff</c> that comes to no good end: signals, and servers that do not stay.</summary>
public sealed class DiffEndTests
{
    // The first one ends whatever the server does.
    private const string ThreeCases = """{"cases":[{"name":"one","steps":["connect"]},{"name":"two","steps":[{"do":"hello"}]},{"name":"three","steps":[{"do":"hello"}]}]}""";
    private const string ThreeHellos = """{"cases":[{"name":"one","steps":[{"do":"hello"}]},{"name":"two","steps":[{"do":"hello"}]},{"name":"three","steps":[{"do":"hello"}]}]}""";

    [TestCaseSource(typeof(RunningProcess), nameof(RunningProcess.EndingSignals))]
    public async Task A_signal_ends_it_and_all_that_it_has_started(int signal, int code)
    {
        string pid = Pki.NewFile(".pid");
        using ScriptedServer silent = ScriptedServer.Silent();
        string command = $"sh -c \"sleep 600 & echo $! > {pid}; {DiffRun.SServer}\"";
        using RunningProcess diff = Opensslnb.Start("diff", "--a", command, "--b", silent.Target, "--script", DiffRun.Steps("""{"do":"hello"}"""), "--timeout", "600");
        await Task.WhenAny(silent.Accepted, diff.Error.Ended);
        diff.Signal(signal);
        Assert.That(await diff.WaitForExitAsync(), Is.EqualTo(code), diff.Error.Text);
        Assert.That(diff.Error.Text, Is.EqualTo("opensslnb: interrupted: 0 of 1 cases were compared\n"));
        Assert.That(diff.Output.Text, Does.EndWith("\n0 cases, 1 not compared\n"));
        DiffRun.AssertGone(pid);
    }

    [Test]
    public async Task A_second_signal_leaves_nobody_behind()
    {
        string pid = Pki.NewFile(".pid");
        string command = $"sh -c \"trap '' TERM INT; echo $$ > {pid}; while :; do sleep 1; done\" {{port}}";
        using RunningProcess diff = Opensslnb.Start("diff", "--a", command, "--b", "127.0.0.1:1", "--script", DiffRun.Steps("""{"do":"hello"}"""));
        Assert.That(() => File.Exists(pid) && File.ReadAllText(pid).Length > 0, Is.True.After(20_000, 20));
        diff.Signal(RunningProcess.SIGTERM);
        diff.TrySignal(RunningProcess.SIGINT);
        await diff.WaitForExitAsync();
        DiffRun.AssertGone(pid);
    }

    [Test]
    public async Task Whoever_has_a_signal_ignored_is_not_ended_by_it()
    {
        using ScriptedServer silent = ScriptedServer.Silent();
        using RunningProcess diff = RunningProcess.Start("nohup", Opensslnb.Program, "diff", "--a", silent.Target, "--b", silent.Target, "--script", DiffRun.Steps("""{"do":"hello"}"""), "--timeout", "600");
        await silent.Accepted;
        diff.Signal(RunningProcess.SIGHUP);
        diff.Signal(RunningProcess.SIGTERM);
        Assert.That(await diff.WaitForExitAsync(), Is.EqualTo(143), diff.Error.Text);
        Assert.That(diff.Output.Text, Does.EndWith("not compared\n"));
    }

    [Test]
    public async Task A_signal_in_the_middle_leaves_what_was_compared_and_names_what_was_not()
    {
        string page = Pki.NewFile(".html");
        await File.WriteAllTextAsync(page, new string('x', 100_000));
        using ScriptedServer silent = ScriptedServer.Silent();
        using RunningProcess diff = Opensslnb.Start("diff", "--a", silent.Target, "--b", silent.Target, "--script", DiffRun.Script(ThreeCases), "--timeout", "600", "--json", "--page", page);
        Assert.That(() => silent.Clients, Is.EqualTo(3).After(30_000, 20));
        Assert.That(await File.ReadAllTextAsync(page), Does.StartWith("xxx"), "it stays until there is something in its place");
        diff.Signal(RunningProcess.SIGINT);
        Assert.That(await diff.WaitForExitAsync(), Is.EqualTo(130), diff.Error.Text);
        Assert.That(diff.Error.Text, Is.EqualTo("opensslnb: interrupted: 1 of 3 cases were compared\n"));
        using var document = JsonDocument.Parse(diff.Output.Text);
        Assert.That(document.RootElement.GetProperty("error").GetString(), Does.StartWith("interrupted"));
        Assert.That(document.RootElement.GetProperty("same").GetBoolean(), Is.False);
        Assert.That(Names(document.RootElement.GetProperty("cases")), Is.EqualTo(new[] { "one" }));
        Assert.That(NotCompared(document), Is.EqualTo(new[] { "two", "three" }));
        string html = await File.ReadAllTextAsync(page);
        Assert.That(html, Does.StartWith("<!DOCTYPE html>").And.EndWith("</html>\n").And.Contain("interrupted: 1 of 3 cases").And.Contain("2 not compared").And.Contain("<b>three</b>"));
    }

    [TestCase("exit 7", 7, null, "exit code 7")]
    [TestCase("kill -SEGV $$", 139, "SIGSEGV", "exit code 139 (SIGSEGV)")]
    public async Task A_server_that_ends_in_a_case_is_named_with_its_last_words_and_the_case(string end, int code, string? signal, string words)
    {
        string page = Pki.NewFile(".html");
        Opensslnb.Result result = await DiffRun.RunAsync(DiffRun.SServer, Ending(end), DiffRun.Script(ThreeHellos), "--json", "--page", page);
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.StartWith($"opensslnb: --b ended with {words} (in case 'two', or after it): sh -c ").And.Contain("\nlast <words>\n"));
        using var document = JsonDocument.Parse(result.Output);
        JsonElement ended = document.RootElement.GetProperty("b").GetProperty("ended");
        Assert.That(ended.GetProperty("case").GetString(), Is.EqualTo("two"));
        Assert.That(ended.GetProperty("exit_code").GetInt32(), Is.EqualTo(code));
        Assert.That(ended.GetProperty("signal").GetString(), Is.EqualTo(signal));
        Assert.That(ended.GetProperty("stderr").EnumerateArray().Last().GetString(), Is.EqualTo("last <words>"));
        Assert.That(document.RootElement.GetProperty("a").TryGetProperty("ended", out _), Is.False);
        Assert.That(Names(document.RootElement.GetProperty("cases")), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(NotCompared(document), Is.EqualTo(new[] { "three" }));
        Assert.That(await File.ReadAllTextAsync(page), Does.Contain("last &lt;words&gt;").And.Contain("--b ended, 1 not compared"));
    }

    [Test]
    public async Task Two_servers_that_end_in_the_same_way_in_the_last_case_are_not_fine()
    {
        Opensslnb.Result result = await DiffRun.RunAsync(Ending("exit 7"), Ending("exit 7"), DiffRun.Script(ThreeHellos), "--only", "one", "--only", "two");
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        Assert.That(result.Output, Does.EndWith("\n2 cases: same, --a ended, --b ended\n"));
    }

    [Test]
    public async Task A_server_that_leaves_the_foreground_is_told_so_at_once_and_ended()
    {
        string pid = Pki.NewFile(".pid");
        Opensslnb.Result result = await DiffRun.RunAsync(DiffRun.SServer, $"sh -c 'setsid sleep 600 & echo $! > {pid}' {{port}}", DiffRun.Steps("\"connect\""), "--start-timeout", "600");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("--b did not start").And.EndWith("it ended with exit code 0; a server has to stay in the foreground\n"));
        DiffRun.AssertGone(pid);
    }

    // It takes three connections: that which looks whether it is there, and two cases.
    private static string Ending(string end) => $"sh -c \"{DiffRun.SServer} -naccept 3; echo 'last <words>' >&2; {end}\"";

    private static string?[] Names(JsonElement cases) => [.. cases.EnumerateArray().Select(one => one.GetProperty("name").GetString())];

    private static string?[] NotCompared(JsonDocument document) => [.. document.RootElement.GetProperty("not_compared").EnumerateArray().Select(name => name.GetString())];
}
