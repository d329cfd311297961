namespace OpenSslNb.Simulation.Differential;

/// <summary>What kind of thing a peer has done.</summary>
internal enum PeerEventKind
{
    /// <summary>A record that holds no application data.</summary>
    Record,

    /// <summary>A handshake message.</summary>
    Message,

    /// <summary>An alert.</summary>
    Alert,

    /// <summary>Application data, one record after the other.</summary>
    Data,

    /// <summary>Something that is no TLS, or that our side could not accept.</summary>
    Odd,

    /// <summary>The end of its stream, or that there is none.</summary>
    End,
}

/// <summary>Something that a peer has done, without what is random in it.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Name">What it is; the same on both sides for two that can be compared.</param>
/// <param name="Connection">On which connection of the case, from 1.</param>
/// <param name="Step">During which step, from 1; behind the last one, when the case has ended the connection.</param>
/// <param name="Facts">What counts.</param>
/// <param name="Notes">What is good to know, and counts only when asked to be strict.</param>
internal sealed record PeerEvent(PeerEventKind Kind, string Name, int Connection, int Step, IReadOnlyList<Fact> Facts, IReadOnlyList<Fact> Notes)
{
    /// <summary>In words, with all its facts.</summary>
    public string Words => Facts.Count == 0 ? Name : $"{Name}: {string.Join(", ", Facts)}";

    /// <summary>True when the two may be compared.</summary>
    public bool IsLike(PeerEvent other) => Kind == other.Kind && Name == other.Name && Connection == other.Connection;

    /// <summary>Names of facts that differ.</summary>
    public IReadOnlyList<string> Against(PeerEvent other, bool strict) => [.. Differing(Facts, other.Facts), .. strict ? Differing(Notes, other.Notes) : []];

    private static IEnumerable<string> Differing(IReadOnlyList<Fact> left, IReadOnlyList<Fact> right) =>
        left.Select(fact => fact.Name).Union(right.Select(fact => fact.Name)).Where(name => Value(left, name) != Value(right, name));

    private static string? Value(IReadOnlyList<Fact> facts, string name) => facts.Where(fact => fact.Name == name).Select(fact => fact.Value).FirstOrDefault();
}

/// <summary>A name and what is said of it.</summary>
internal readonly record struct Fact(string Name, string Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Value}";
}

/// <summary>What a peer did in one case.</summary>
/// <param name="Outcomes">What came of each step.</param>
/// <param name="Events">In the peer's order.</param>
internal sealed record Transcript(IReadOnlyList<string> Outcomes, IReadOnlyList<PeerEvent> Events);
