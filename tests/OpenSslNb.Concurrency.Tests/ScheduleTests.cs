using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Concurrency.Rewriting;
using OpenSslNb.Concurrency.Scenarios;

namespace OpenSslNb.Concurrency.Tests;

/// <summary>The engine's cross-thread part under a scheduler that decides who runs. OPENSSLNB_CONCURRENCY_TIMES multiplies the schedules, OPENSSLNB_CONCURRENCY_SEED begins elsewhere.</summary>
public sealed partial class ScheduleTests
{
    private const int LeastSchedules = 10_000;

    // The search ends when it has found; this bounds it when it does not.
    private const string PlantBudget = "5";

    private static string Times => Environment.GetEnvironmentVariable("OPENSSLNB_CONCURRENCY_TIMES") ?? "1";

    private static string Seed => Environment.GetEnvironmentVariable("OPENSSLNB_CONCURRENCY_SEED") ?? "1";

    private static IEnumerable<string> ScenarioNames => Scenario.All.Select(scenario => scenario.Name);

    private static IEnumerable<string> PlantNames => Plants.All.Select(plant => plant.Name);

    [TestCaseSource(nameof(ScenarioNames))]
    public async Task No_schedule_breaks(string scenario)
    {
        (int status, string output) = await Checker.RunAsync("--scenario", scenario, "--times", Times, "--seed", Seed);
        Assert.That(status, Is.Zero, output);
        int expected = Scenario.All.Single(candidate => candidate.Name == scenario).Schedules * int.Parse(Times);
        Assert.That(output, Does.Contain($"{expected} schedules, "));
    }

    [Test]
    public void Ten_thousand_schedules_are_the_least() => Assert.That(Scenario.All.Sum(scenario => scenario.Schedules), Is.AtLeast(LeastSchedules));

    [TestCaseSource(nameof(PlantNames))]
    public async Task A_planted_defect_is_found_and_its_schedule_finds_it_again(string plant)
    {
        string scenario = Plants.All.Single(candidate => candidate.Name == plant).Scenario;
        (int status, string output) = await Checker.RunAsync("--scenario", scenario, "--plant", plant, "--times", PlantBudget);
        Assert.That(status, Is.EqualTo(1), "not found");
        Match replay = ReplayPattern().Match(output);
        Assert.That(replay.Success, Is.True, "no schedule to replay");
        (int again, string second) = await Checker.RunAsync("--scenario", scenario, "--plant", plant, "--replay", replay.Groups[1].Value);
        Assert.That(again, Is.EqualTo(1), "not found again");
        Assert.That(Steps(second), Is.EqualTo(Steps(output)), "another schedule than the first time");
    }

    [Test]
    public async Task The_same_seed_makes_the_same_schedules()
    {
        (_, string first) = await Checker.RunAsync("--scenario", "ends-and-sends", "--seed", "7");
        (_, string second) = await Checker.RunAsync("--scenario", "ends-and-sends", "--seed", "7");
        Assert.That(PointsPattern().Match(first).Value, Is.Not.Empty.And.EqualTo(PointsPattern().Match(second).Value));
    }

    // The failure and the steps that led to it.
    private static string Steps(string output) => output[output.IndexOf("    last steps:", StringComparison.Ordinal)..];

    [GeneratedRegex(@"--replay (\S+)")]
    private static partial Regex ReplayPattern();

    [GeneratedRegex(@"\d+ schedules, \d+ scheduling points")]
    private static partial Regex PointsPattern();
}
