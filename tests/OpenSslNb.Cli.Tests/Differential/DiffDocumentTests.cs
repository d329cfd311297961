using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Differential;

/// <summary>What docs/diff.md teaches is true.</summary>
public sealed partial class DiffDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Path.Combine(Opensslnb.Root, "docs", "diff.md"));

    private static IEnumerable<string> Examples => Example().Matches(s_document).Select(match => match.Groups[1].Value);

    [TestCaseSource(nameof(Examples))]
    public async Task An_example_runs_and_the_same_server_twice_is_the_same(string script)
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        string target = $"127.0.0.1:{serve.Port}";
        Opensslnb.Result result = await DiffRun.RunAsync(target, target, DiffRun.Script(script), "--json");
        Assert.That(result.Code, Is.Zero, result.Error + result.Output);
        Assert.That(result.Output, Does.Not.Contain("not possible").And.Not.Contain("silence"));
    }

    [Test]
    public void There_are_three_examples() => Assert.That(Examples.Count(), Is.EqualTo(3));

    [Test]
    public async Task Every_step_and_every_thing_to_wait_for_is_in_the_table()
    {
        Opensslnb.Result steps = await DiffRun.RunAsync("127.0.0.1:1", "127.0.0.1:1", DiffRun.Steps("\"nothing\""));
        string[] names = steps.Error.Split("one of ")[1].Split(", and not")[0].Split(", ");
        Assert.That(names, Has.Length.GreaterThan(15));
        foreach (string name in names) Assert.That(s_document, Does.Contain($"`{name}`"));
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
