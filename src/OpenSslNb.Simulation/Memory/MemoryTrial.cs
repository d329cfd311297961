namespace OpenSslNb.Simulation;

/// <summary>What came of failing one allocation.</summary>
internal enum TrialKind
{
    /// <summary>The session broke a rule, or left something behind.</summary>
    Unsound = 0,

    /// <summary>The session did not notice: every byte and both close_notify came.</summary>
    WentOn,

    /// <summary>A connection or a context failed, and somebody was told that memory was short.</summary>
    Failed,

    /// <summary>A connection or a context failed with another error: OpenSSL named what followed, not the cause.</summary>
    FailedOtherwise,

    /// <summary>As <see cref="Failed"/> or <see cref="WentOn"/>, and OpenSSL keeps something for the life of the process, once: the same failure again adds nothing.</summary>
    KeptOnce,

    /// <summary>The session does not ask so often.</summary>
    NotReached,

    /// <summary>The process died.</summary>
    Crashed,

    /// <summary>The process did not come back.</summary>
    Hung,
}

/// <summary>One allocation of a session that fails.</summary>
/// <param name="Number">Which, counted from 1.</param>
/// <param name="Kind">What came of it.</param>
/// <param name="Place">OpenSSL's file and line that asked for it.</param>
/// <param name="Detail">The ends, what was broken, or what was left.</param>
internal sealed record MemoryTrial(long Number, TrialKind Kind, string Place, string Detail)
{
    /// <summary>Fails one allocation of a session and looks at what comes of it.</summary>
    public static MemoryTrial Run(MemorySession session, long number)
    {
        var before = MemoryState.Take();
        (MemoryRun run, long failed, string place) = Attempt(session, number);
        var after = MemoryState.Take();
        if (run.Violations.Count > 0)
        {
            // What this trial has left must not be taken for the next one's.
            Collect();
            return new MemoryTrial(number, TrialKind.Unsound, place, string.Join(" | ", run.Violations));
        }

        if (!after.Equals(before)) return Investigate(session, number, before, after, place);
        if (failed == 0) return new MemoryTrial(number, run.IsOrderly ? TrialKind.NotReached : TrialKind.Unsound, place, run.Ends);
        TrialKind kind = run.IsOrderly ? TrialKind.WentOn : run.NamesMemory ? TrialKind.Failed : TrialKind.FailedOtherwise;
        return new MemoryTrial(number, kind, place, run.Ends);
    }

    /// <summary>Fails one allocation of the process's first session, from the loading of OpenSSL on, and says whether a second session works. Nothing may have used OpenSSL before.</summary>
    public static MemoryTrial RunFirst(long number, out long asked)
    {
        OpenSslMemory.Fail(number, number);
        MemoryRun run = TryFirst();
        (asked, long failed, string place) = (OpenSslMemory.AskedCount, OpenSslMemory.FailedCount, OpenSslMemory.LastFailedPlace);
        OpenSslMemory.FailNothing();
        if (run.Violations.Count > 0) return new MemoryTrial(number, TrialKind.Unsound, place, string.Join(" | ", run.Violations));
        MemoryRun second = TryFirst();
        string detail = $"{run.Ends}; the next session: {second.Ends}";
        if (failed == 0) return new MemoryTrial(number, run.IsOrderly ? TrialKind.NotReached : TrialKind.Unsound, place, detail);
        return new MemoryTrial(number, run.IsOrderly ? TrialKind.WentOn : run.NamesMemory ? TrialKind.Failed : TrialKind.FailedOtherwise, place, detail);
    }

    // The simulation's own refusal is as good as the engine's: what it needs of OpenSSL could not be had.
    private static MemoryRun TryFirst()
    {
        try
        {
            OpenSslMemory.Install();
            return MemorySession.ColdStart.Run();
        }
        catch (Exception e) when (e is OpenSslException or OpenSslNotFoundException or InvalidOperationException)
        {
            return new MemoryRun([], IsOrderly: false, $"{e.GetType().Name}: {e.Message}", NamesMemory: false);
        }
    }

    private static (MemoryRun Run, long Failed, string Place) Attempt(MemorySession session, long number)
    {
        OpenSslMemory.Fail(number, number);
        MemoryRun run = session.Run();
        (long failed, string place) = (OpenSslMemory.FailedCount, OpenSslMemory.LastFailedPlace);
        OpenSslMemory.FailNothing();
        return (run, failed, place);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    // A block too many may be a cache that the failure has moved in time, an object that only the collector frees, or a leak: the last two are defects.
    private static MemoryTrial Investigate(MemorySession session, long number, MemoryState before, MemoryState after, string place)
    {
        string difference = after.Since(before);
        Collect();
        if (!MemoryState.Take().Equals(after)) return new MemoryTrial(number, TrialKind.Unsound, place, $"freed by the finalizer alone: {difference}");
        _ = Attempt(session, 0);
        var start = MemoryState.Take();
        _ = Attempt(session, number);
        var end = MemoryState.Take();
        return end.Equals(start)
            ? new MemoryTrial(number, TrialKind.KeptOnce, place, difference)
            : new MemoryTrial(number, TrialKind.Unsound, place, $"leaked: {end.Since(start)}");
    }
}
