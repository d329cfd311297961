using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>The same plan gives the same world, byte for byte.</summary>
public sealed class DeterminismTests
{
    private static WorldPlan Plan(TlsProtocol protocol, TransportKind transport, PollerKind poller) => new()
    {
        Seed = 7,
        Protocol = protocol,
        Poller = poller,
        ClientTransport = transport,
        ServerTransport = transport,
        Actions =
        [
            new WorldAction(0, 0, Side.Client, ActionKind.Connect),
            new WorldAction(1, 0, Side.Client, ActionKind.Send, 40_000),
            new WorldAction(1, 0, Side.Server, ActionKind.Send, 50_000),
            new WorldAction(5, 0, Side.Client, ActionKind.CloseWrite),
            new WorldAction(5, 0, Side.Server, ActionKind.CloseWrite),
        ],
    };

    [Test]
    public void The_same_plan_gives_the_same_bytes_and_the_same_steps(
        [Values(TlsProtocol.Tls12, TlsProtocol.Tls13)] TlsProtocol protocol,
        [Values] TransportKind transport,
        [Values] PollerKind poller)
    {
        WorldPlan plan = Plan(protocol, transport, poller);
        string first = Run(plan);
        Assert.That(Run(plan), Is.EqualTo(first));
        Assert.That(Run(plan with { Seed = 8 }), Is.Not.EqualTo(first));
    }

    private static string Run(WorldPlan plan)
    {
        using var world = new World(plan);
        world.Run();
        Assert.That(world.Violations, Is.Empty);
        Assert.That(world.Clients[0].Received, Is.EqualTo(50_000));
        TestContext.Out.WriteLine($"{world.StepCount} steps, {string.Join(' ', world.Kernel.Calls)}");
        return Convert.ToHexString(world.Digest());
    }
}
