using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>A session that is blocked, ended, reset or falsified at a byte. Here at some of them; the long form takes every one.</summary>
public sealed class ByteBoundaryTests
{
    // A prime, so that the bytes of all sessions together are of every kind.
    private const int Every = 29;

    private static IEnumerable<string> Sessions => ScriptedSession.All.Select(session => session.Name);

    [Test]
    public void Every_outcome_is_the_one_that_the_fault_must_give([ValueSource(nameof(Sessions))] string name, [Values] TransportKind transport)
    {
        ScriptedSession session = ScriptedSession.All.Single(s => s.Name == name);
        ExplorationResult result = ByteBoundaries.Explore(session, transport, Every);
        TestContext.Out.WriteLine($"{result.Worlds} worlds");
        Assert.That(result.Failures.Select(failure => $"{failure.Violations[0]} ({failure.Plan.Faults[0]})"), Is.Empty);
    }
}
