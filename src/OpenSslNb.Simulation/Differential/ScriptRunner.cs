using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>Runs cases against one peer.</summary>
/// <param name="target">The peer.</param>
internal sealed class ScriptRunner(ProbeTarget target)
{
    private bool _hasConnected;

    /// <summary>The peer took a connection in the last case.</summary>
    public bool HasConnected { get; private set; }

    /// <summary>Does the steps of a case, whatever comes of each.</summary>
    /// <exception cref="IOException">Nobody is there, and never was.</exception>
    public async Task<Transcript> RunAsync(ScriptCase script, CancellationToken cancellation)
    {
        var recorder = new TranscriptRecorder();
        using var run = new ScriptRun(target, recorder);
        var outcomes = new List<string>();
        foreach (ScriptStep step in script.Steps)
        {
            recorder.Step = outcomes.Count + 1;
            outcomes.Add(await DoAsync(step, run, cancellation));
            if (!_hasConnected && !run.HasConnected) throw new IOException($"{target}: {outcomes[^1]}");
            _hasConnected = true;
        }

        recorder.Step = outcomes.Count + 1;
        await DoAsync(s_end, run, cancellation);
        HasConnected = run.HasConnected;
        return new Transcript(outcomes, recorder.Events);
    }

    /// <summary>What the case does behind its last step.</summary>
    public const string EndWords = "the end: close_notify, FIN, and what the peer does until its own end";

    private static readonly ScriptStep s_end = new(EndWords, async (run, cancellation) =>
    {
        await run.LeaveAsync(cancellation);
        return ScriptStep.Done;
    });

    private static async Task<string> DoAsync(ScriptStep step, ScriptRun run, CancellationToken cancellation)
    {
        try
        {
            return await step.Run(run, cancellation);
        }
        catch (UnwillingPeerException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is ProbeException or InvalidOperationException or ArgumentException or OpenSslException)
        {
            return $"{ScriptStep.NotPossible}{e.Message}";
        }
    }
}
