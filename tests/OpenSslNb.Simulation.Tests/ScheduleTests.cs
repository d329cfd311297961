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
}
