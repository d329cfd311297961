using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;

namespace OpenSslNb.Simulation.Probing;

/// <summary>
/// A question to a TLS server: steps over a real connection, what is expected of the peer, and by which section of which RFC. Immutable: each step gives a new probe, so one may be the beginning of several.
/// </summary>
/// <remarks>
/// The first step that needs a connection makes it. Every wait has the target's deadline. A probe that has failed does no further step.
/// </remarks>
public sealed partial record Probe
{
    private Probe(string name, string reference, string expectation)
    {
        Name = name;
        Reference = reference;
        Expectation = expectation;
    }

    /// <summary>Words with hyphens; what <c>--only</c> looks for.</summary>
    public string Name { get; }

    /// <summary>What it is about, to sort by; <c>own</c> unless given.</summary>
    public string Area { get; private init; } = "own";

    /// <summary>Document and section, such as <c>RFC 8446 §5.1</c>.</summary>
    public string Reference { get; }

    /// <summary>What the peer is expected to do, in a sentence.</summary>
    public string Expectation { get; }

    /// <summary>What the peer has to have for it to make sense.</summary>
    public PeerFeatures Needs { get; private init; }

    /// <summary>What is done, step by step, in words.</summary>
    public IReadOnlyList<string> Steps => [.. Sequence.Select(step => step.Words)];

    private ImmutableArray<Step> Sequence { get; init; } = [];

    /// <summary>Begins a probe.</summary>
    /// <param name="name">Words with hyphens.</param>
    /// <param name="reference">Document and section.</param>
    /// <param name="expectation">A sentence.</param>
    public static Probe Named(string name, string reference, string expectation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(reference);
        ArgumentException.ThrowIfNullOrWhiteSpace(expectation);
        return new Probe(name, reference, expectation);
    }

    /// <summary>Sorts it under an area.</summary>
    public Probe In(string area) => this with { Area = area };

    /// <summary>Makes it not applicable where the peer does not have these.</summary>
    public Probe Needing(PeerFeatures features) => this with { Needs = Needs | features };

    /// <summary>Asks a peer.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="features">What it has: <see cref="ProbeBattery.DiscoverAsync"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The verdict. A peer that cannot be reached has failed.</returns>
    /// <exception cref="ProbeException">A step cannot be done where it stands.</exception>
    public async Task<ProbeResult> RunAsync(ProbeTarget target, PeerFeatures features, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        if ((Needs & ~features) is not PeerFeatures.None and var missing) return new ProbeResult(this, ProbeVerdict.NotApplicable, WhyNot(missing), TimeSpan.Zero);
        long began = Stopwatch.GetTimestamp();
        using var run = new ProbeRun(target);
        foreach (Step step in Sequence)
        {
            await RunAsync(step, run, cancellation);
            if (run.IsDecided) break;
        }

        return new ProbeResult(this, run.Verdict, run.Evidence, Stopwatch.GetElapsedTime(began)) { IsGone = run.IsGone };
    }

    // Who does not speak TLS 1.3 has none of its suites either.
    private static string WhyNot(PeerFeatures missing) =>
        missing == PeerFeatures.SealableSuite ? $"the probe makes encrypted records itself, and the peer agrees on none of the suites for which it can: {string.Join(", ", SealingSuite.All.Select(suite => suite.Name))}"
        : $"the peer does not have {(missing.HasFlag(PeerFeatures.Tls13) ? missing & ~PeerFeatures.SealableSuite : missing)}";

    private static async Task RunAsync(Step step, ProbeRun run, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // Steps that wait for the peer have a deadline of their own, which begins when they do.
        if (!step.Waits) deadline.CancelAfter(run.Target.Timeout);
        try
        {
            await step.Run(run, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            run.Settle(ProbeVerdict.Failed, $"{step.Words}: not done before the deadline; seen: {run.Last?.ToString() ?? "no connection"}");
        }
        catch (SocketException e)
        {
            run.NoteFault(e);
            run.Settle(ProbeVerdict.Failed, $"{step.Words}: {e.Message}");
        }
    }

    private Probe Do(string words, Func<ProbeRun, CancellationToken, Task> run, bool waits = false) => this with { Sequence = Sequence.Add(new Step(words, run, waits)) };

    private sealed record Step(string Words, Func<ProbeRun, CancellationToken, Task> Run, bool Waits);
}
