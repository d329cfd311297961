using OpenSslNb.Simulation.Probing;
using Spectre.Console;

namespace OpenSslNb.Cli.Probing;

/// <summary>Probes one after the other: a bar on a terminal, and elsewhere a line for each that fails, on standard error, since standard output is data.</summary>
internal static class ProbeProgress
{
    public static async Task<IReadOnlyList<ProbeResult>> RunAsync(ProbeTarget target, PeerFeatures features, IReadOnlyList<Probe> probes, CancellationToken cancellation)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Capabilities.Interactive || Console.IsErrorRedirected) return await RunAsync(target, features, probes, _ => { }, Tell, cancellation);
        return await console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async progress =>
        {
            ProgressTask task = progress.AddTask("probes", maxValue: Math.Max(probes.Count, 1));
            return await RunAsync(target, features, probes, probe => task.Description = Markup.Escape(probe.Name.PadRight(32)), result =>
            {
                task.Increment(1);
                if (result.Verdict == ProbeVerdict.Failed) console.MarkupLineInterpolated($"[red]failed[/] {result.Probe.Name}: {result.Evidence}");
            }, cancellation);
        });
    }

    private static void Tell(ProbeResult result)
    {
        if (result.Verdict == ProbeVerdict.Failed) Console.Error.WriteLine($"opensslnb: failed: {result.Probe.Name} ({result.Probe.Reference}): {result.Evidence}");
    }

    private static async Task<IReadOnlyList<ProbeResult>> RunAsync(ProbeTarget target, PeerFeatures features, IReadOnlyList<Probe> probes, Action<Probe> begun, Action<ProbeResult> ended, CancellationToken cancellation)
    {
        var results = new List<ProbeResult>();
        foreach (Probe probe in probes)
        {
            begun(probe);
            ProbeResult result = await probe.RunAsync(target, features, cancellation);
            results.Add(result);
            ended(result);
        }

        return results;
    }
}
