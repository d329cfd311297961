using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>A failing plan becomes small, and what is left still fails for the same reason, also after a way through a file.</summary>
public sealed class ShrinkerTests
{
    // An application that never closes: the world stands still with a connection open, whatever else happens in it.
    private static WorldPlan NeverClosing(ulong seed)
    {
        WorldPlan plan = PlanGenerator.Create(seed, "faults");
        return plan with { Faults = [], Actions = [.. plan.Actions.Where(action => action.Kind is not (ActionKind.Close or ActionKind.CloseWrite))] };
    }

    [TestCase(1UL)]
    [TestCase(2UL)]
    [TestCase(3UL)]
    public void A_failing_plan_is_reduced_to_what_makes_it_fail(ulong seed)
    {
        WorldResult failing = WorldRun.Run(NeverClosing(seed));
        Assert.That(failing.Violations, Is.Not.Empty);
        WorldResult shrunk = Shrinker.Shrink(failing, out int runs);
        TestContext.Out.WriteLine($"{failing.Plan.Actions.Count} actions became {shrunk.Plan.Actions.Count} in {runs} worlds: {shrunk.Violations[0]}");
        Assert.That(shrunk.Plan.Actions.Select(action => action.Kind), Is.EqualTo(new[] { ActionKind.Connect }));
        Assert.That(shrunk.Violations, Is.Not.Empty);
    }

    [Test]
    public void A_plan_from_a_file_gives_the_same_world([Values("mixed", "faults", "system-calls", "rekey")] string scenario)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            WorldPlan plan = PlanGenerator.Create(seed, scenario);
            WorldResult result = WorldRun.Run(plan);
            Assert.That(WorldRun.Run(WorldPlan.FromJson(plan.ToJson())).Digest, Is.EqualTo(result.Digest), $"seed {seed}");
        }
    }

    [TestCase("{\"Sead\": 1}")]
    [TestCase("[]")]
    [TestCase("")]
    public void Text_that_is_no_plan_is_refused(string text) => Assert.That(() => WorldPlan.FromJson(text), Throws.InstanceOf<System.Text.Json.JsonException>());
}
