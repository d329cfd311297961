using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>Each system call of a session fails with each errno that it can return.</summary>
public sealed class SystemCallTests
{
    private const int Every = 3;

    private static IEnumerable<string> Sessions => ScriptedSession.All.Select(session => session.Name);

    [Test]
    public void No_failure_of_a_system_call_is_more_than_the_end_of_its_connection([ValueSource(nameof(Sessions))] string name, [Values] TransportKind transport, [Values] PollerKind poller)
    {
        ScriptedSession session = ScriptedSession.All.Single(s => s.Name == name);
        ExplorationResult result = SystemCallMatrix.Explore(session, transport, poller, Every);
        TestContext.Out.WriteLine($"{result.Worlds} worlds");
        Assert.That(result.Failures.Select(failure => $"{failure.Violations[0]} ({failure.Plan.SystemCallFaults[0]})"), Is.Empty);
    }
}
