using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>Worlds by seed, of each scenario. Every rule is checked after every step.</summary>
public sealed class RandomWorldTests
{
    private const int Worlds = 300;

    [TestCaseSource(typeof(PlanGenerator), nameof(PlanGenerator.Scenarios))]
    public void No_world_breaks_a_rule(string scenario)
    {
        long faults = 0;
        for (ulong seed = 0; seed < Worlds; seed++)
        {
            WorldResult result = WorldRun.Run(PlanGenerator.Create(seed, scenario));
            faults += result.FaultsFired;
            Assert.That(result.Violations, Is.Empty, $"seed {seed}: replay with opensslnb sim --scenario {scenario} --seed {seed} --runs 1 --shrink");
        }

        TestContext.Out.WriteLine($"{Worlds} worlds, {faults} faults took effect");
        if (scenario is "faults" or "system-calls") Assert.That(faults, Is.GreaterThan(Worlds / 3), "a scenario of faults without faults shows nothing");
    }
}
