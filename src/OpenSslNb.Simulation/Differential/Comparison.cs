namespace OpenSslNb.Simulation.Differential;

/// <summary>A place where two peers differ.</summary>
/// <param name="Step">During which step: the earlier one, if they differ in that too.</param>
/// <param name="What">What it is about: the name of an event, or "outcome".</param>
/// <param name="Details">Which of its facts differ; empty where only one of the peers has it.</param>
/// <param name="A">What the first one did; null for nothing.</param>
/// <param name="B">What the other one did; null for nothing.</param>
internal sealed record Difference(int Step, string What, IReadOnlyList<string> Details, string? A, string? B);

/// <summary>Events of both peers side by side.</summary>
/// <param name="A">Null where only the other one has it.</param>
/// <param name="B">Null where only the first one has it.</param>
/// <param name="Details">Facts that differ.</param>
internal sealed record EventPair(PeerEvent? A, PeerEvent? B, IReadOnlyList<string> Details)
{
    public bool IsSame => A is not null && B is not null && Details.Count == 0;
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

    /// <summary>Compares.</summary>
    /// <param name="script">The case.</param>
    /// <param name="a">What one peer did.</param>
    /// <param name="b">What the other did.</param>
    /// <param name="strict">Notes count too: exact lengths, and into how many records data was cut.</param>
    public static Comparison Of(ScriptCase script, Transcript a, Transcript b, bool strict) => new(script, a, b, strict);

    /// <summary>The words of a step, that behind the last included.</summary>
    public string WordsOf(int step) => step <= Case.Steps.Count ? Case.Steps[step - 1].Words : ScriptRunner.EndWords;

    private IEnumerable<Difference> Outcomes() => A.Outcomes.Zip(B.Outcomes).Index().Where(step => step.Item.First != step.Item.Second)
        .Select(step => new Difference(step.Index + 1, "outcome", [], step.Item.First, step.Item.Second));

    private IEnumerable<Difference> Events()
    {
        for (int i = 0; i < Pairs.Count; i++)
        {
            EventPair pair = Pairs[i];
            if (pair.IsSame || (i + 1 < Pairs.Count && IsCarrierOf(pair, Pairs[i + 1]))) continue;
            PeerEvent one = pair.A ?? pair.B!;
            yield return new Difference(Math.Min(one.Step, (pair.B ?? one).Step), one.Name, pair.Details, pair.A?.Words, pair.B?.Words);
        }
    }

    // A record that only one has, with a message that only one has, is one difference.
    private static bool IsCarrierOf(EventPair record, EventPair content) =>
        (record.A ?? record.B)!.Kind == PeerEventKind.Record && (record.A is null || record.B is null) && (content.A ?? content.B)!.Kind is PeerEventKind.Message or PeerEventKind.Alert && record.A is null == content.A is null && record.B is null == content.B is null;
}
