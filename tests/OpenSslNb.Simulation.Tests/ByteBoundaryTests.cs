using NUnit.Framework;
using OpenSslNb.Interop;

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

    [Test]
    public void A_session_with_another_end_than_it_must_have_fails_and_is_replayed_from_its_file([ValueSource(nameof(Sessions))] string name)
    {
        ScriptedSession session = ScriptedSession.All.Single(s => s.Name == name);
        WorldPlan plan = session.Plan() with { MustEndAs = [new ExpectedEnd(0, Side.Server, [CloseReason.Reset, CloseReason.Truncated])] };
        using SafeSslSessionHandle? resumable = WorldRun.CreateSession(plan);
        Assert.That(resumable is not null, Is.EqualTo(session.Resumes));
        WorldResult failing = WorldRun.Run(plan, session: resumable);
        Assert.That(failing.Violations.Single(), Does.Match("server: ended as CloseNotify.* and must end as Reset or Truncated"));
        WorldResult again = WorldRun.Run(WorldPlan.FromJson(plan.ToJson()));
        Assert.That(again.Violations, Is.EqualTo(failing.Violations));
        Assert.That(again.Digest, Is.EqualTo(failing.Digest));
        if (session.Resumes) Assert.That(WorldRun.Run(plan with { OffersSession = false }).Digest, Is.Not.EqualTo(failing.Digest));
    }
}
