using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>Every interleaving of a short script, up to a bound.</summary>
public sealed class ScheduleTests
{
    [Test]
    public void No_schedule_breaks_a_rule([Values(TlsProtocol.Tls12, TlsProtocol.Tls13)] TlsProtocol protocol, [Values] TransportKind transport)
    {
        int most = int.Parse(Environment.GetEnvironmentVariable("STATES") ?? "2000", System.Globalization.CultureInfo.InvariantCulture);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        ScheduleResult result = Schedules.Explore(Schedules.Script(protocol, transport), blocks: 1, mostStates: most);
        TestContext.Out.WriteLine($"{result.States} states, {result.Transitions} transitions, {result.Worlds} worlds, {result.Ends} ends, complete: {result.IsComplete}, {clock.Elapsed.TotalSeconds:0.0} s, {result.Failures.Count} bad,");
        foreach (WorldResult failure in result.Failures) TestContext.Out.WriteLine($"SEED {protocol} {transport} {string.Join("; ", failure.Violations.Select(v => v[..Math.Min(v.Length, 300)].ReplaceLineEndings(" ")))}");
        Assert.That(result.Failures, Is.Empty);
    }
}
