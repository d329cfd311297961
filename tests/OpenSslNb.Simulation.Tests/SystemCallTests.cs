using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>Each system call of a session fails with each errno that it can return.</summary>
public sealed class SystemCallTests
{
    private static IEnumerable<string> Sessions => ScriptedSession.All.Select(session => session.Name);

    [Test]
    public void No_failure_of_a_system_call_is_more_than_the_end_of_its_connection([ValueSource(nameof(Sessions))] string name, [Values] TransportKind transport, [Values] PollerKind poller)
    {
        ScriptedSession session = ScriptedSession.All.Single(s => s.Name == name);
        ExplorationResult result = SystemCallMatrix.Explore(session, transport, poller, int.Parse(Environment.GetEnvironmentVariable("EVERY") ?? "3", System.Globalization.CultureInfo.InvariantCulture));
        TestContext.Out.WriteLine($"{result.Worlds} worlds, {result.Failures.Count} bad,");
        foreach (WorldResult failure in result.Failures.Take(3)) TestContext.Out.WriteLine($"SEED {session} {transport} {poller} {string.Join(" ", failure.Plan.SystemCallFaults.Select(f => $"{f.Call}[{f.Index}]={f.Errno}"))} {string.Join("; ", failure.Violations.Take(2).Select(v => v[..Math.Min(v.Length, 300)].ReplaceLineEndings(" ")))}");
        Assert.That(result.Failures, Is.Empty);
    }
}
