using OpenSslNb.Simulation.Differential;

namespace OpenSslNb.Cli.Differential;

/// <summary>Does one case after the other to both peers, as far as it comes.</summary>
internal sealed class CaseLoop(Peer a, Peer b, IReadOnlyList<ScriptCase> cases, bool strict)
{
    private readonly List<Comparison> _done = [];

    /// <summary>Those that were done to both.</summary>
    public IReadOnlyList<Comparison> Done => _done;

    /// <summary>The others.</summary>
    public IReadOnlyList<ScriptCase> Left => [.. cases.Skip(_done.Count)];

    /// <summary>What kept it from doing all; null when nothing did, or a peer's end.</summary>
    public string? Error { get; private set; }

    /// <exception cref="IOException">One of them is not there, and never was.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await CompareAsync(cancellation);
            await a.SettleAsync(cancellation);
            await b.SettleAsync(cancellation);
        }
        catch (Exception e) when (_done.Count > 0 && e is not OperationCanceledException)
        {
            // A defect of ours, or an OpenSSL that cannot do what a step asks for: what was found before is reported all the same.
            Error = Left is [var script, ..] ? $"case '{script.Name}': {Fault.Sentence(e)}" : Fault.Sentence(e);
        }
    }

    private async Task CompareAsync(CancellationToken cancellation)
    {
        foreach (ScriptCase script in cases)
        {
            // One after the other: they may be the same server, or share something.
            if (await a.RunAsync(script, cancellation) is not { } first || await b.RunAsync(script, cancellation) is not { } second) return;
            _done.Add(Comparison.Of(script, first, second, strict));
            if (a.End is not null || b.End is not null) return;
        }
    }
}
