namespace OpenSslNb.Simulation.Differential;

/// <summary>A place where two peers differ.</summary>
/// <param name="Step">During which step.</param>
/// <param name="What">What it is about: the name of an event, or "outcome".</param>
/// <param name="Details">Which of its facts differ; empty where only one of the peers has it.</param>
/// <param name="A">What the first one did; null for nothing.</param>
/// <param name="B">What the other one did; null for nothing.</param>
internal sealed record Difference(int Step, string What, IReadOnlyList<string> Details, string? A, string? B);

/// <summary>Events of both peers side by side, of one step.</summary>
/// <param name="A">Null where only the other one has it.</param>
/// <param name="B">Null where only the first one has it.</param>
/// <param name="Details">Facts that differ.</param>
internal sealed record EventPair(PeerEvent? A, PeerEvent? B, IReadOnlyList<string> Details)
{
    public bool IsSame => A is not null && B is not null && Details.Count == 0;

    /// <summary>That of either.</summary>
    public PeerEvent Either => (A ?? B)!;
}

/// <summary>What two peers did in one case, and where they differ.</summary>
internal sealed class Comparison
{
    private Comparison(ScriptCase script, Transcript a, Transcript b, bool strict)
    {
        Case = script;
        A = a;
        B = b;
        Pairs = Alignment.Of(a.Events, b.Events, strict);
        Differences = [.. Outcomes().Concat(Events()).OrderBy(difference => difference.Step)];
    }

    public ScriptCase Case { get; }

    public Transcript A { get; }

    public Transcript B { get; }

    /// <summary>All events, aligned.</summary>
    public IReadOnlyList<EventPair> Pairs { get; }

    /// <summary>In the order of the steps.</summary>
    public IReadOnlyList<Difference> Differences { get; }

    public bool IsSame => Differences.Count == 0;

    /// <summary>Steps that could be done with neither: they have compared nothing.</summary>
    public IReadOnlyList<int> NotPossible => [.. A.Outcomes.Zip(B.Outcomes).Index().Where(step => IsNotPossible(step.Item.First) && IsNotPossible(step.Item.Second)).Select(step => step.Index + 1)];

    /// <summary>Compares.</summary>
    /// <param name="script">The case.</param>
    /// <param name="a">What one peer did.</param>
    /// <param name="b">What the other did.</param>
    /// <param name="strict">Notes count too: exact lengths, and into how many records data was cut.</param>
    public static Comparison Of(ScriptCase script, Transcript a, Transcript b, bool strict) => new(script, a, b, strict);

    /// <summary>The words of a step, that behind the last included.</summary>
    public string WordsOf(int step) => step <= Case.Steps.Count ? Case.Steps[step - 1].Words : ScriptRunner.EndWords;

    private static bool IsNotPossible(string outcome) => outcome.StartsWith(ScriptStep.NotPossible, StringComparison.Ordinal);

    private IEnumerable<Difference> Outcomes() => A.Outcomes.Zip(B.Outcomes).Index().Where(step => step.Item.First != step.Item.Second)
        .Select(step => new Difference(step.Index + 1, "outcome", [], step.Item.First, step.Item.Second));

    private IEnumerable<Difference> Events()
    {
        HashSet<PeerEvent> differing = new(Pairs.Where(pair => !pair.IsSame).SelectMany(pair => new[] { pair.A, pair.B }).OfType<PeerEvent>(), ReferenceEqualityComparer.Instance);
        HashSet<PeerEvent> carriers = new(Carriers(A, differing).Concat(Carriers(B, differing)), ReferenceEqualityComparer.Instance);
        foreach (EventPair pair in Pairs)
        {
            if (pair.IsSame || ((pair.A is null || pair.B is null) && carriers.Contains(pair.Either))) continue;
            yield return new Difference(pair.Either.Step, pair.Either.Name, pair.Details, pair.A?.Words, pair.B?.Words);
        }
    }

    // Records with a message or an alert in them that is a difference itself: that there is a record for it is none besides.
    private static IEnumerable<PeerEvent> Carriers(Transcript of, HashSet<PeerEvent> differing) => of.Events.Zip(of.Events.Skip(1))
        .Where(two => two.First.Kind == PeerEventKind.Record && two.Second.Kind is PeerEventKind.Message or PeerEventKind.Alert && differing.Contains(two.Second)).Select(two => two.First);
}
