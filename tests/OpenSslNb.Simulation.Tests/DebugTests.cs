using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

public sealed class DebugTests : ITlsTrace
{
    [Test]
    public void Show()
    {
        string[] what = Environment.GetEnvironmentVariable("SHOW")!.Split(' ');
        WorldPlan plan = PlanGenerator.Create(ulong.Parse(what[1]), what[0]);
        TestContext.Out.WriteLine(plan.ToJson());
        WorldResult result = WorldRun.Run(plan, trace: this);
        TestContext.Out.WriteLine(string.Join("\n", result.Violations));
    }

    public void OnStep(TlsConnection connection, in TlsTraceStep step) =>
        TestContext.Out.WriteLine($"{connection.Id} {connection.Loop.GetHashCode() % 1000} {step.Time.TotalMilliseconds} {step.Operation} {step.Step} q={step.QueuedBytes} {step.Before}->{step.After} | {connection.Driver.Inspect().Operations}");
}
