namespace OpenSslNb.Simulation;

/// <summary>Fails a session's allocations one after another.</summary>
internal static class MemorySweep
{
    // Enough for everything that OpenSSL makes once and keeps.
    private const int WarmUps = 4;

    // Beyond this only one in so many is tried.
    private const long Exhaustive = 20_000;
    private const long Sparseness = 10;

    /// <summary>Runs the session whole a few times, so that what OpenSSL makes once is there.</summary>
    /// <returns>How many allocations one session makes.</returns>
    /// <exception cref="InvalidOperationException">The session is not sound even with all its memory, or does not make the same allocations each time.</exception>
    public static long WarmUp(MemorySession session)
    {
        long asked = 0;
        for (int i = 0; i < WarmUps; i++)
        {
            long before = asked;
            OpenSslMemory.FailNothing();
            MemoryRun run = session.Run();
            asked = OpenSslMemory.AskedCount;
            if (run.Violations.Count > 0 || !run.IsOrderly) throw new InvalidOperationException($"{session.Name} fails with all its memory: {string.Join(" | ", run.Violations)} {run.Ends}");
            if (i == WarmUps - 1 && asked != before) throw new InvalidOperationException($"{session.Name} made {before} allocations, and then {asked}: what comes of the n-th cannot be said");
            OpenSslMemory.StopThread();
        }

        return asked;
    }

    /// <summary>The number that is tried after this one.</summary>
    public static long Next(long number, long every) => number + (number < Exhaustive ? every : every * Sparseness);

    /// <summary>Fails every so-manieth allocation, from one to another.</summary>
    /// <param name="session">Which; warmed up.</param>
    /// <param name="first">The first that fails, from 1.</param>
    /// <param name="last">The last that may.</param>
    /// <param name="every">1 for all.</param>
    /// <param name="starting">Told the number before each trial: should the process die, that one has killed it.</param>
    public static IEnumerable<MemoryTrial> Run(MemorySession session, long first, long last, long every, Action<long> starting)
    {
        for (long number = first; number <= last; number = Next(number, every))
        {
            starting(number);
            yield return MemoryTrial.Run(session, number);
        }
    }
}
