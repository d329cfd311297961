namespace OpenSslNb.Simulation;

/// <summary>Makes a failing plan as small as it can: takes away faults, actions, connections and difficulties as long as the world still fails in the same way.</summary>
internal static class Shrinker
{
    private const int MostRuns = 2_000;

    /// <summary>The smallest failing plan that was found.</summary>
    /// <param name="failing">A plan whose world fails.</param>
    /// <param name="runs">Worlds that it took.</param>
    public static WorldResult Shrink(WorldResult failing, out int runs)
    {
        WorldResult best = failing;
        string kind = Kind(failing.Violations[0]);
        int count = 0;
        bool progressed = true;
        while (progressed && count < MostRuns)
        {
            progressed = false;
            foreach (WorldPlan candidate in Candidates(best.Plan))
            {
                if (count++ >= MostRuns) break;
                WorldResult result = WorldRun.Run(candidate);
                if (!result.Violations.Any(violation => Kind(violation) == kind)) continue;
                best = result;
                progressed = true;
                break;
            }
        }

        runs = count;
        return best;
    }

    // What the violation is about, without its numbers and its side: a smaller world must fail for the same reason, but which of two sides runs into it first may be a matter of one tick.
    private static string Kind(string violation)
    {
        int colon = violation.IndexOf(": ", StringComparison.Ordinal);
        string what = violation[(colon + 1)..].Replace("server", "client", StringComparison.Ordinal);
        return string.Concat(what.TakeWhile(c => c != ';' && c != '\n').Where(c => !char.IsDigit(c)).Take(60));
    }

    // Large steps first: half of a list, then each of its items, then gentler circumstances.
    private static IEnumerable<WorldPlan> Candidates(WorldPlan plan)
    {
        foreach (IReadOnlyList<NetworkFault> faults in Without(plan.Faults)) yield return plan with { Faults = faults };
        foreach (IReadOnlyList<SystemCallFault> faults in Without(plan.SystemCallFaults)) yield return plan with { SystemCallFaults = faults };
        foreach (IReadOnlyList<WorldAction> actions in Without(plan.Actions))
        {
            if (actions.Any(action => action.Kind == ActionKind.Connect)) yield return plan with { Actions = actions };
        }

        for (int i = 0; i < plan.Actions.Count; i++)
        {
            if (plan.Actions[i].Size > 1) yield return plan with { Actions = [.. plan.Actions.Take(i), plan.Actions[i] with { Size = plan.Actions[i].Size / 2 }, .. plan.Actions.Skip(i + 1)] };
        }

        foreach (WorldPlan easier in Easier(plan))
        {
            if (easier != plan) yield return easier;
        }
    }

    private static IEnumerable<WorldPlan> Easier(WorldPlan plan)
    {
        yield return plan with { PoisonErrorQueue = false };
        yield return plan with { Resume = false };
        yield return plan with { Poller = PollerKind.Epoll };
        yield return plan with { Up = Calm(plan.Up) };
        yield return plan with { Down = Calm(plan.Down) };
        yield return plan with { Up = plan.Up with { Segmentation = Segmentation.Whole } };
        yield return plan with { Down = plan.Down with { Segmentation = Segmentation.Whole } };
        yield return plan with { Up = plan.Up with { Latency = 0 } };
        yield return plan with { Down = plan.Down with { Latency = 0 } };
        yield return plan with { BytesPerTurn = 256 * 1024 };
    }

    private static NetworkModel Calm(NetworkModel model) => model with { ShortWriteOneIn = 0, WouldBlockOneIn = 0, InterruptedOneIn = 0, NoBuffersOneIn = 0 };

    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> list)
    {
        if (list.Count > 3)
        {
            yield return [.. list.Take(list.Count / 2)];
            yield return [.. list.Skip(list.Count / 2)];
        }

        for (int i = 0; i < list.Count; i++) yield return [.. list.Take(i), .. list.Skip(i + 1)];
    }
}
