using OpenSslNb.Simulation.Probing;
using Spectre.Console;

namespace OpenSslNb.Cli.Probing;

/// <summary>Probes one after the other: a bar on a terminal, and elsewhere a line for each that fails, on standard error, since standard output is data.</summary>
internal static class ProbeProgress
{
    /// <summary>Asks until all are asked, nobody listens any more, or somebody has had enough; then it ends as if all were asked, and leaves the terminal as it was.</summary>
    public static async Task RunAsync(ProbeTarget target, PeerFeatures features, IReadOnlyList<Probe> probes, List<ProbeResult> results, CancellationToken cancellation)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Capabilities.Interactive || Console.IsErrorRedirected)
        {
            await RunAsync(target, features, probes, results, _ => { }, Tell, cancellation);
            return;
        }

        await console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async progress =>
        {
            ProgressTask task = progress.AddTask("probes", maxValue: Math.Max(probes.Count, 1));
            await RunAsync(target, features, probes, results, probe => task.Description = Markup.Escape(probe.Name.PadRight(32)), result =>
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

    private static async Task RunAsync(ProbeTarget target, PeerFeatures features, IReadOnlyList<Probe> probes, List<ProbeResult> results, Action<Probe> begun, Action<ProbeResult> ended, CancellationToken cancellation)
    {
        foreach (Probe probe in probes)
        {
            begun(probe);
            ProbeResult result;
            try
            {
                result = await probe.RunAsync(target, features, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            if (result.IsGone) result = result with { Evidence = $"nobody listens any more, the rest is not asked{(results.Count == 0 ? "" : $"; the probe before was {results[^1].Probe.Name}")}: {result.Evidence}" };
            results.Add(result);
            ended(result);
            if (result.IsGone) return;
        }
    }
}
