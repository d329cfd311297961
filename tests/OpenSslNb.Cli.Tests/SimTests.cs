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
        // Nobody ever closes.
        string plan = Path.Combine(_folder, "plan.json");
        await File.WriteAllTextAsync(plan, """{ "Seed": 1, "Actions": [ { "Kind": "Connect" } ] }""");
        Assert.That(await RunAsync(1, "sim", "--replay", plan), Does.Contain("violation: "));
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
