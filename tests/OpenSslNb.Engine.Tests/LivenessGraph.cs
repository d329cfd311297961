namespace OpenSslNb.Engine.Tests;

/// <summary>An edge of a <see cref="LivenessGraph"/>.</summary>
internal readonly record struct LivenessEdge(int To, string Name, Fairness Fairness);

/// <summary>Every state that a <see cref="LivenessWorld"/> can reach and everything that can happen in it.</summary>
internal sealed class LivenessGraph
{
    private readonly List<LivenessWorld> _states = [];
    private readonly List<LivenessEdge[]> _edges = [];
    private readonly List<(int From, string Name)> _ways = [];
    private readonly Dictionary<LivenessWorld, int> _numbers = [];

    /// <summary>Explores breadth first; <paramref name="happenings"/> is what can happen, so that a test can plant a defect in it.</summary>
    public LivenessGraph(Func<LivenessWorld, IEnumerable<Happening>> happenings)
    {
        foreach (LivenessWorld beginning in LivenessWorld.Beginnings()) Number(beginning, -1, "start");
        for (int state = 0; state < _states.Count; state++)
        {
            LivenessEdge[] edges = [.. happenings(_states[state]).Select(h => new LivenessEdge(Number(h.After, state, h.Name), h.Name, h.Fairness))];
            _edges.Add(edges);
            EdgeCount += edges.Length;
        }
    }

    public IReadOnlyList<LivenessWorld> States => _states;

    public int EdgeCount { get; private set; }

    public LivenessEdge[] EdgesOf(int state) => _edges[state];

    /// <summary>What world owes in a state, whether or not the edge stays where somebody looks.</summary>
    public Fairness OwedIn(int state) => _edges[state].Aggregate(Fairness.None, (owed, edge) => owed | edge.Fairness);

    /// <summary>The shortest way to a state.</summary>
    public string WayTo(int state)
    {
        var way = new Stack<string>();
        for (int at = state; at >= 0; at = _ways[at].From) way.Push(_ways[at].Name);
        return string.Join(", ", way);
    }

    private int Number(LivenessWorld world, int from, string name)
    {
        if (_numbers.TryGetValue(world, out int known)) return known;
        _numbers[world] = _states.Count;
        _states.Add(world);
        _ways.Add((from, name));
        return _states.Count - 1;
    }
}
