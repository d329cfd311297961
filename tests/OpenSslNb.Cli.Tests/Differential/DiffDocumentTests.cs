using System.Text.Json;
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

    // What comes of each step of the documented cases, with our own echo: how it begins.
    private static readonly Dictionary<string, string[]> s_outcomes = new()
    {
        ["echo-13"] = ["TLS 1.3, TLS_AES_256_GCM_SHA384, x25519", "done", Echo, "done", "close_notify", "FIN"],
        ["resume-12"] = ["TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256", "TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256, x25519, resumed", "warning no_renegotiation"],
        ["nothing-in-common"] = ["fatal handshake_failure", "FIN"],
        ["retry"] = ["HelloRetryRequest"],
        ["no-groups"] = ["fatal missing_extension", "FIN"],
        ["unknown-type"] = ["done", "FIN"],
        ["changed"] = ["TLS 1.3", "done", "done", "fatal bad_record_mac", "FIN"],
        ["twice"] = ["TLS 1.2", "done", "done", "fatal bad_record_mac", "FIN"],
        ["fragments"] = ["done", "TLS 1.3", "done", "done", Echo],
        ["stranger"] = ["TLS 1.3, TLS_AES_128_GCM_SHA256", "done", Echo, "done", "FIN"],
    };

    private const string Echo = "5 bytes, sha256 ";

    [TestCaseSource(nameof(Examples))]
    public async Task Steps_of_an_example_do_what_they_say(string script)
    {
        Opensslnb.Result result = await DiffRun.RunAsync(DiffRun.Serve, DiffRun.Serve, DiffRun.Script(script), "--json");
        using var document = JsonDocument.Parse(result.Output);
        foreach (JsonElement one in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            string name = one.GetProperty("name").GetString()!;
            string[] outcomes = [.. one.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("a").GetString()!)];
            Assert.That(outcomes, Has.Length.EqualTo(s_outcomes[name].Length), name);
            foreach ((string seen, string expected) in outcomes.Zip(s_outcomes[name])) Assert.That(seen, Does.StartWith(expected), $"{name}: {string.Join("; ", outcomes)}");
        }
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
