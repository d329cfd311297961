using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>A listener without descriptors: it looks again after a pause, in virtual time that cannot be misread.</summary>
public sealed class ShortageTests
{
    private const int EMFILE = 24;
    private const int Refusals = 20;

    [Test]
    public void A_listener_without_descriptors_waits_before_it_looks_again_and_serves_when_it_has_one([Values] PollerKind poller)
    {
        WorldPlan session = ScriptedSession.All[^2].Plan(poller: poller);
        WorldPlan plan = session with
        {
            // The applications wait until the connection has been accepted.
            Actions = [.. session.Actions.Select(action => action.Kind == ActionKind.Connect ? action : action with { At = action.At + 5000 })],
            SystemCallFaults = [.. Enumerable.Range(0, Refusals).Select(index => new SystemCallFault("accept4", index, EMFILE))],
        };
        using var world = new World(plan);
        while (world.Servers[0].Connection is null && world.Step()) Assert.That(world.Violations, Is.Empty);

        // 50 ms each, on the virtual clock: a listener that asks again at once would be done at time 0.
        Assert.That(world.Clock.Microseconds, Is.GreaterThan(Refusals * 45_000));
        world.Run();
        Assert.That(world.Violations, Is.Empty);
        Assert.That(world.Servers[0].Outcome!.IsOrderly, Is.True);
    }

    [Test]
    public void A_listener_without_descriptors_accepts_at_once_when_one_of_its_connections_ends([Values] PollerKind poller)
    {
        // The second connection comes 10 ms before the end of the first: the listener has 40 ms of its pause before it.
        WorldPlan plan = ScriptedSession.All[^2].Plan(poller: poller) with
        {
            Actions = [new(0, 0, Side.Client, ActionKind.Connect), new(190, 1, Side.Client, ActionKind.Connect), new(200, 0, Side.Server, ActionKind.Abort), new(300, 1, Side.Client, ActionKind.Close), new(300, 1, Side.Server, ActionKind.Close)],
            SystemCallFaults = [new SystemCallFault("accept4", 2, EMFILE)],
            MayEndAs = [CloseReason.Aborted, CloseReason.Reset],
        };
        using var world = new World(plan);
        while (world.Servers[0].Outcome is null && world.Step()) Assert.That(world.Violations, Is.Empty);
        Assert.That(world.Clock.Microseconds, Is.InRange(200_000, 205_000));
        Assert.That(world.Servers[1].Connection, Is.Null, "it waits in the backlog");
        while (world.Servers[1].Connection is null && world.Step()) Assert.That(world.Violations, Is.Empty);
        Assert.That(world.Clock.Microseconds, Is.LessThan(205_000));
        world.Run();
        Assert.That(world.Violations, Is.Empty);
        Assert.That(world.Servers[1].Outcome!.IsOrderly, Is.True);
    }
}
