namespace OpenSslNb.Engine.Tests;

/// <summary>
/// Looks for a way to go on for ever inside a set of states although the world is fair. Under strong fairness such a way exists exactly if there is a strongly connected
/// component that takes, on edges of its own, all that is owed in any of its states. Where a component does not, the states in which that is owed can be visited only
/// finitely often; they are taken out, and the rest is looked at again. Doing nothing is a step too, so a single state counts as a component.
/// </summary>
internal sealed class FairCycles(LivenessGraph graph)
{
    /// <summary>Strongly connected components that were looked at.</summary>
    public int Components { get; private set; }

    /// <summary>Those with more than one state.</summary>
    public int Cyclic { get; private set; }

    public int LargestComponent { get; private set; }

    /// <summary>The states of a component in which a fair world can stay, or null.</summary>
    public List<int>? Find(Func<LivenessWorld, bool> among)
    {
        var toDo = new Stack<List<int>>([[.. Enumerable.Range(0, graph.States.Count).Where(s => among(graph.States[s]))]]);
        while (toDo.TryPop(out List<int>? states))
        {
            foreach (List<int> component in new StrongComponents(graph, states).All)
            {
                Count(component);
                Fairness missing = Missing(component);
                if (missing == Fairness.None) return component;
                List<int> rest = component.FindAll(s => (graph.OwedIn(s) & missing) == 0);
                if (rest.Count > 0) toDo.Push(rest);
            }
        }

        return null;
    }

    /// <summary>The lasso for people: the way into the component, and once around in it.</summary>
    public string Describe(List<int> component)
    {
        int knot = component.Min();
        var text = new System.Text.StringBuilder();
        text.AppendLine($"by:    {graph.WayTo(knot)}").AppendLine($"state: {graph.States[knot]}");
        string[] around = [.. Around(component, knot)];
        return text.Append($"loop:  {(around.Length == 0 ? "nothing can happen any more" : string.Join(", ", around))}").ToString();
    }

    private Fairness Missing(List<int> component)
    {
        var inside = component.ToHashSet();
        Fairness owed = Fairness.None, taken = Fairness.None;
        foreach (LivenessEdge edge in component.SelectMany(graph.EdgesOf))
        {
            owed |= edge.Fairness;
            if (inside.Contains(edge.To)) taken |= edge.Fairness;
        }

        return owed & ~taken;
    }

    // A shortest cycle through the knot that is not only waiting.
    private IEnumerable<string> Around(List<int> component, int knot)
    {
        var inside = component.ToHashSet();
        var ways = new Dictionary<int, string[]> { [knot] = [] };
        var frontier = new Queue<int>([knot]);
        while (frontier.TryDequeue(out int state))
        {
            foreach (LivenessEdge edge in graph.EdgesOf(state).Where(e => inside.Contains(e.To)).OrderByDescending(e => e.Fairness))
            {
                string[] way = [.. ways[state], edge.Name];
                if (edge.To == knot) return way;
                if (ways.TryAdd(edge.To, way)) frontier.Enqueue(edge.To);
            }
        }

        return [];
    }

    private void Count(List<int> component)
    {
        Components++;
        if (component.Count > 1) Cyclic++;
        LargestComponent = Math.Max(LargestComponent, component.Count);
    }
}
