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

    [Test]
    public void The_same_plan_gives_the_same_trace_file_byte_for_byte_in_virtual_time([Values] TransportKind transport)
    {
        WorldPlan plan = Plan(TlsProtocol.Tls13, transport, PollerKind.Epoll);
        string first = Trace(plan);
        Assert.That(Trace(plan), Is.EqualTo(first));
        Assert.That(Trace(plan with { Seed = 8 }), Is.Not.EqualTo(first));
        string[] lines = first.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[0], Does.StartWith("{\"kind\":\"app\",\"time_ms\":").And.Contain("\"connection\":1,\"event\":\"Begun\""));
        foreach (string kind in (string[])["step", "message", "transport", "app"]) Assert.That(lines, Has.Some.StartsWith($"{{\"kind\":\"{kind}\""));
        Assert.That(lines.Where(l => l.Contains("\"kind\":\"step\"")), Is.All.EndsWith("\"duration_ms\":0}"), "no time passes inside a turn of a virtual world");
    }

    private static string Trace(WorldPlan plan)
    {
        using var file = new MemoryStream();
        using (var writer = new TlsTraceWriter(file, new VirtualClock(), leaveOpen: true))
        {
            using var world = new World(plan, trace: writer);
            world.Run();
            Assert.That(world.Violations, Is.Empty);
        }

        return System.Text.Encoding.UTF8.GetString(file.ToArray());
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
