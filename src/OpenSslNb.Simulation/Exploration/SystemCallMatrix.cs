using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>One session in which one system call fails: each call that the engine, or OpenSSL for it, makes, with each errno that it can return.</summary>
internal static class SystemCallMatrix
{
    /// <summary>Runs every world of one session.</summary>
    /// <param name="session">Which session.</param>
    /// <param name="transport">Of both sides.</param>
    /// <param name="poller">Of both loops.</param>
    /// <param name="every">1 for every fault, n for every n-th.</param>
    /// <param name="progress">Told of each world.</param>
    public static ExplorationResult Explore(ScriptedSession session, TransportKind transport, PollerKind poller, int every = 1, Action? progress = null)
    {
        WorldPlan plan = session.Plan(transport, poller) with { DeadlineSeconds = 30 };
        using SafeSslSessionHandle? resumable = WorldRun.CreateSession(plan);
        var failures = new List<WorldResult>();
        int worlds = 0;
        int number = 0;
        foreach (SystemCallFault fault in Faults(plan, resumable))
        {
            if (number++ % every != 0) continue;
            WorldResult result = WorldRun.Run(plan with { SystemCallFaults = [fault] }, session: resumable);
            if (!result.IsSound) failures.Add(result);
            worlds++;
            progress?.Invoke();
        }

        return new ExplorationResult(worlds, failures);
    }

    private static IEnumerable<SystemCallFault> Faults(WorldPlan plan, SafeSslSessionHandle? resumable)
    {
        using var world = new World(plan, session: resumable);
        world.Run();
        Dictionary<string, int> calls = world.Kernel.Calls.ToDictionary();
        return
            from entry in SystemCallErrnos.All
            from index in Enumerable.Range(0, calls.GetValueOrDefault(entry.Call))
            from errno in entry.Errnos
            select new SystemCallFault(entry.Call, index, errno);
    }
}
