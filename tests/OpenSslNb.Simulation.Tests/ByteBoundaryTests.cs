using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>A session that is blocked, ended, reset or falsified at a byte. Here at some of them; the long form takes every one.</summary>
public sealed class ByteBoundaryTests
{
    private static IEnumerable<string> Sessions => ScriptedSession.All.Select(session => session.Name);

    [Test]
    public void Every_outcome_is_the_one_that_the_fault_must_give([ValueSource(nameof(Sessions))] string name, [Values] TransportKind transport)
    {
        ScriptedSession session = ScriptedSession.All.Single(s => s.Name == name);
        int every = int.Parse(Environment.GetEnvironmentVariable("EVERY") ?? "29", System.Globalization.CultureInfo.InvariantCulture);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        ExplorationResult result = ByteBoundaries.Explore(session, transport, every);
        TestContext.Out.WriteLine($"{result.Worlds} worlds, {clock.Elapsed.TotalSeconds:0.0} s, {result.Failures.Count} bad,");
        foreach (WorldResult failure in result.Failures.Take(3)) TestContext.Out.WriteLine($"SEED {session} {transport} {string.Join("; ", failure.Violations.Take(2).Select(v => v[..Math.Min(v.Length, 300)].ReplaceLineEndings(" ")))}");
        Assert.That(result.Failures, Is.Empty);
    }
}
