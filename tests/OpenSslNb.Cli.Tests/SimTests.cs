using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>opensslnb sim</c>: the same world in another process, failures that can be replayed.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SimTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("opensslnb-sim").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Two_processes_live_through_the_same_world_byte_for_byte([Values("rekey", "faults", "narrow")] string scenario)
    {
        string one = Path.Combine(_folder, "one");
        string two = Path.Combine(_folder, "two");
        string first = await RunAsync(0, "sim", "--seed", "11", "--runs", "1", "--scenario", scenario, "--trace", one);
        string second = await RunAsync(0, "sim", "--seed", "11", "--runs", "1", "--scenario", scenario, "--trace", two);
        Assert.That(Digest(second), Is.EqualTo(Digest(first)).And.Not.Empty);
        Assert.That(await File.ReadAllTextAsync(two), Is.EqualTo(await File.ReadAllTextAsync(one)).And.Not.Empty);
    }

    [Test]
    public async Task A_saved_plan_is_replayed_exactly()
    {
        string plan = Path.Combine(_folder, "plan.json");
        string run = await RunAsync(0, "sim", "--seed", "4", "--runs", "1", "--save", plan);
        Assert.That(Digest(await RunAsync(0, "sim", "--replay", plan)), Is.EqualTo(Digest(run)));
    }

    [Test]
    public async Task A_world_that_breaks_a_rule_is_exit_code_1()
    {
        // Nobody ever closes: one side's idle timeout comes first.
        string plan = Path.Combine(_folder, "plan.json");
        await File.WriteAllTextAsync(plan, """{ "Seed": 1, "Actions": [ { "Kind": "Connect" } ] }""");
        Assert.That(await RunAsync(1, "sim", "--replay", plan), Does.Contain("violation: ").And.Contain(": ended as IdleTimeout"));
    }

    [Test]
    public async Task What_a_plan_leaves_out_has_its_default()
    {
        string plan = Path.Combine(_folder, "plan.json");
        await File.WriteAllTextAsync(plan, """{ "Up": { "Latency": 5 }, "Actions": [ { "Kind": "Connect" }, { "At": 9, "Side": "Client", "Kind": "Send", "Size": 70000 }, { "At": 9, "Side": "Client", "Kind": "Close" }, { "At": 9, "Side": "Server", "Kind": "Close" } ] }""");
        Assert.That(await RunAsync(0, "sim", "--replay", plan), Does.Contain(" 0 violations"));
    }

    [Test]
    public async Task A_failing_world_is_replayed_made_small_and_traced()
    {
        string plan = Path.Combine(_folder, "plan.json");
        string small = Path.Combine(_folder, "small.json");
        string trace = Path.Combine(_folder, "trace");
        await File.WriteAllTextAsync(plan, """{ "Actions": [ { "Kind": "Connect" }, { "At": 9, "Kind": "Send", "Size": 500 }, { "At": 9, "Connection": 1, "Kind": "Connect" } ] }""");
        string output = await RunAsync(1, "sim", "--replay", plan, "--shrink", "--save", small, "--trace", trace);
        Assert.That(output, Does.Contain("to 1 actions, 0 faults").And.Contain($"sim --replay {small}"));
        Assert.That(await RunAsync(1, "sim", "--replay", small), Does.Contain(": ended as IdleTimeout"));
        Assert.That(await File.ReadAllTextAsync(trace), Does.Contain("\"event\":\"Opened\"").And.Not.Contain("\"bytes\":500"), "the small world is the one to look at");
    }

    [TestCase("--replay", "plan.json", "--seed", "3")]
    [TestCase("--replay", "plan.json", "--scenario", "bytes")]
    [TestCase("--scenario", "bytes", "--trace", "trace.jsonl")]
    [TestCase("--scenario", "all", "--shrink")]
    [TestCase("--scenario", "schedules", "--save", "plan.json")]
    [TestCase("--every", "7")]
    public async Task An_option_that_would_do_nothing_is_refused(params string[] options)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(["sim", .. options]);
        Assert.That(result.Code, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain(options[^1].StartsWith("--", StringComparison.Ordinal) ? options[^1] : options[^2]));
    }

    [TestCase("{ \"Actions\": null }")]
    [TestCase("{ \"Actions\": [ null ] }")]
    [TestCase("{ \"Actions\": [ { \"Connection\": -1 } ] }")]
    [TestCase("{ \"Actions\": [ { \"Connection\": 2000000000 } ] }")]
    [TestCase("{ \"Actions\": [ { \"Size\": -1 } ] }")]
    [TestCase("{ \"Up\": { \"Capacity\": 0 } }")]
    [TestCase("{ \"Up\": { \"WouldBlockOneIn\": 1 } }")]
    [TestCase("{ \"OutboundLimit\": -1 }")]
    [TestCase("{ \"Protocol\": \"Default\" }")]
    [TestCase("{ \"Faults\": [ {} ] }")]
    public async Task A_plan_that_no_world_can_follow_from_is_refused_and_not_taken_for_a_defect(string text)
    {
        string plan = Path.Combine(_folder, "plan.json");
        await File.WriteAllTextAsync(plan, text);
        Opensslnb.Result result = await Opensslnb.RunAsync("sim", "--replay", plan);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain("is not a saved plan: "));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    [Test]
    public async Task A_file_that_is_no_plan_is_named()
    {
        string plan = Path.Combine(_folder, "plan.json");
        await File.WriteAllTextAsync(plan, "no plan");
        Opensslnb.Result result = await Opensslnb.RunAsync("sim", "--replay", plan);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain(plan).And.Contain("not a saved plan"));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static string Digest(string output) => output.Split('\n').Single(line => line.StartsWith("digest: ", StringComparison.Ordinal));

    private static async Task<string> RunAsync(int exitCode, params string[] arguments)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(arguments);
        Assert.That(result.Code, Is.EqualTo(exitCode), result.Output + result.Error);
        return result.Output;
    }
}
