using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>Worlds by seed, of each scenario.</summary>
public sealed class RandomWorldTests
{
    [TestCaseSource(typeof(PlanGenerator), nameof(PlanGenerator.Scenarios))]
    public void No_world_breaks_a_rule(string scenario)
    {
        int bad = 0;
        int fired = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (ulong seed = 0; seed < (ulong)int.Parse(Environment.GetEnvironmentVariable("WORLDS") ?? "300"); seed++)
        {
            WorldResult result = WorldRun.Run(PlanGenerator.Create(seed, scenario));
            fired += result.FaultsFired;
            if (result.IsSound) continue;
            bad++;
            TestContext.Out.WriteLine($"SEED {scenario} {seed}: {result.Plan.Protocol} {result.Plan.ClientTransport} {result.Plan.ServerTransport} {result.Plan.Poller} {string.Join(" ", result.Plan.SystemCallFaults.Select(f => $"{f.Call}[{f.Index}]={f.Errno}"))} {string.Join("; ", result.Violations.Take(2).Select(v => v[..Math.Min(v.Length, 200)].ReplaceLineEndings(" ")))}");
        }

        TestContext.Out.WriteLine($"{bad} bad, {fired} faults, {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.That(bad, Is.Zero);
    }
}
