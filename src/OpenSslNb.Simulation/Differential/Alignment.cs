namespace OpenSslNb.Simulation.Differential;

/// <summary>Puts events of two peers side by side so that as few as possible differ (the distance of Levenshtein, by Wagner and Fischer's table).</summary>
internal static class Alignment
{
    private const int Alone = 20_000;

    // Less than one on each side alone: two that can be compared are, if nothing better is to be had.
    private const int Changed = 30_000;

    // Of what is equally good, that of the same step; less than anything else, however many events there are.
    private const int OtherStep = 1;

    public static IReadOnlyList<EventPair> Of(IReadOnlyList<PeerEvent> a, IReadOnlyList<PeerEvent> b, bool strict)
    {
        int[,] costs = Costs(a, b, strict);
        var pairs = new List<EventPair>();
        int i = 0;
        int j = 0;
        while (i < a.Count || j < b.Count)
        {
            // As early as possible, so that what stands alone begins with a record and goes on with what is in it.
            if (i < a.Count && costs[i, j] == costs[i + 1, j] + Alone)
            {
                pairs.Add(new EventPair(a[i++], null, []));
            }
            else if (j < b.Count && costs[i, j] == costs[i, j + 1] + Alone)
            {
                pairs.Add(new EventPair(null, b[j++], []));
            }
            else
            {
                pairs.Add(new EventPair(a[i], b[j], a[i++].Against(b[j++], strict)));
            }
        }

        return pairs;
    }

    // What the rest costs from each place on.
    private static int[,] Costs(IReadOnlyList<PeerEvent> a, IReadOnlyList<PeerEvent> b, bool strict)
    {
        int[,] costs = new int[a.Count + 1, b.Count + 1];
        for (int i = a.Count; i >= 0; i--)
        {
            for (int j = b.Count; j >= 0; j--)
            {
                if (i == a.Count || j == b.Count)
                {
                    costs[i, j] = (a.Count - i + b.Count - j) * Alone;
                    continue;
                }

                int best = Math.Min(costs[i + 1, j], costs[i, j + 1]) + Alone;
                costs[i, j] = a[i].IsLike(b[j]) ? Math.Min(best, costs[i + 1, j + 1] + Cost(a[i], b[j], strict)) : best;
            }
        }

        return costs;
    }

    private static int Cost(PeerEvent a, PeerEvent b, bool strict) => (a.Against(b, strict).Count == 0 ? 0 : Changed) + (a.Step == b.Step ? 0 : OtherStep);
}
