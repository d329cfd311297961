using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>Every interleaving of a short script, up to a bound.</summary>
public sealed class ScheduleTests
{
    [Test]
    public void No_schedule_breaks_a_rule([Values(TlsProtocol.Tls12, TlsProtocol.Tls13)] TlsProtocol protocol, [Values] TransportKind transport)
    {
        ScheduleResult result = Schedules.Explore(Schedules.Script(protocol, transport), blocks: 1, mostStates: 1500);
        TestContext.Out.WriteLine($"{result.States} states, {result.Transitions} transitions, {result.Worlds} worlds, {result.Ends} ends");
        Assert.That(result.Failures.Select(failure => string.Join("; ", failure.Violations)), Is.Empty);
        Assert.That(result.States, Is.GreaterThan(1000));
    }

    [Test]
    public void A_schedule_that_breaks_a_rule_is_replayed_from_its_file()
    {
        // Nobody closes: the first schedule to come to its end fails.
        WorldPlan script = Schedules.Script(TlsProtocol.Tls13, TransportKind.Buffered);
        script = script with { Actions = [.. script.Actions.Where(action => action.Kind is not ActionKind.CloseWrite)] };
        WorldResult failure = Schedules.Explore(script, blocks: 1, mostStates: 1500).Failures.Single();
        Assert.That(failure.Plan.Choices, Is.Not.Empty);

        WorldResult again = WorldRun.Run(WorldPlan.FromJson(failure.Plan.ToJson()));
        Assert.That(again.Digest, Is.EqualTo(failure.Digest).And.Not.Empty);
        Assert.That(again.Violations.Take(failure.Violations.Count), Is.EqualTo(failure.Violations));
        Assert.That(WorldRun.Run(failure.Plan with { Choices = [] }).Digest, Is.Not.EqualTo(failure.Digest), "by the seed it is another schedule");
    }
}
