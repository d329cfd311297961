namespace OpenSslNb.Simulation.Differential;

/// <summary>
/// Puts events of two peers side by side, step by step, so that as few as possible differ (the distance of Levenshtein, by Wagner and Fischer's table).
/// Events of different steps are never a pair, alike or not: when a peer does something is part of what it does.
/// </summary>
internal static class Alignment
{
    private const int Alone = 2;

    // Less than one on each side alone: two that can be compared are, if nothing better is to be had.
    private const int Changed = 3;

    public static IReadOnlyList<EventPair> Of(IReadOnlyList<PeerEvent> a, IReadOnlyList<PeerEvent> b, bool strict)
    {
        var pairs = new List<EventPair>();
        ILookup<int, PeerEvent> ofA = a.ToLookup(one => one.Step);
        ILookup<int, PeerEvent> ofB = b.ToLookup(one => one.Step);
        foreach (int step in a.Concat(b).Select(one => one.Step).Distinct().Order()) AddStep(pairs, [.. ofA[step]], [.. ofB[step]], strict);
        return pairs;
    }

    private static void AddStep(List<EventPair> pairs, PeerEvent[] a, PeerEvent[] b, bool strict)
    {
        int[,] costs = Costs(a, b, strict);
        int i = 0;
        int j = 0;
        while (i < a.Length || j < b.Length)
        {
            // As early as possible, so that what stands alone begins with a record and goes on with what is in it.
            if (i < a.Length && costs[i, j] == costs[i + 1, j] + Alone)
            {
                pairs.Add(new EventPair(a[i++], null, []));
            }
            else if (j < b.Length && costs[i, j] == costs[i, j + 1] + Alone)
            {
                pairs.Add(new EventPair(null, b[j++], []));
            }
            else
            {
                pairs.Add(new EventPair(a[i], b[j], a[i++].Against(b[j++], strict)));
            }
        }
    }

    // What the rest costs from each place on.
    private static int[,] Costs(PeerEvent[] a, PeerEvent[] b, bool strict)
    {
        int[,] costs = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length; i >= 0; i--)
        {
            for (int j = b.Length; j >= 0; j--)
            {
                if (i == a.Length || j == b.Length)
                {
                    costs[i, j] = (a.Length - i + b.Length - j) * Alone;
                    continue;
                }

                int best = Math.Min(costs[i + 1, j], costs[i, j + 1]) + Alone;
                costs[i, j] = a[i].IsLike(b[j]) ? Math.Min(best, costs[i + 1, j + 1] + (a[i].Against(b[j], strict).Count == 0 ? 0 : Changed)) : best;
            }
        }

        return costs;
    }
}
