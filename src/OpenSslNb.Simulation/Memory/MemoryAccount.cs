namespace OpenSslNb.Simulation;

/// <summary>What many sessions of one outcome leave.</summary>
/// <param name="Outcome">The outcome's name.</param>
/// <param name="Sessions">How many were run between the two counts.</param>
/// <param name="Before">What was live before them, after a few that came first.</param>
/// <param name="After">What is live after them.</param>
/// <param name="Allocations">Allocations of a session.</param>
/// <param name="Fault">What a session did wrong; null when all ended as they must.</param>
internal sealed record MemoryAccount(string Outcome, int Sessions, MemoryState Before, MemoryState After, long Allocations, string? Fault)
{
    // Over both transports, and enough for everything that OpenSSL makes once.
    private const int WarmUps = 20;

    /// <summary>True when all sessions ended as they must and nothing is left of them.</summary>
    public bool IsBalanced => Fault is null && Before.Equals(After);

    /// <summary>Runs the sessions, over both transports in turn.</summary>
    /// <param name="outcome">Which.</param>
    /// <param name="sessions">How many.</param>
    /// <param name="afterEach">Runs after each session; null for nothing.</param>
    public static MemoryAccount Run(OutcomeSession outcome, int sessions, Action? afterEach = null)
    {
        string? fault = RunSome(outcome, WarmUps, null);
        var before = MemoryState.Take();
        OpenSslMemory.FailNothing();
        fault ??= RunSome(outcome, sessions, afterEach);
        long allocations = OpenSslMemory.AskedCount / sessions;
        return new MemoryAccount(outcome.Name, sessions, before, MemoryState.Take(), allocations, fault);
    }

    private static string? RunSome(OutcomeSession outcome, int sessions, Action? afterEach)
    {
        string? fault = null;
        for (int i = 0; i < sessions && fault is null; i++)
        {
            fault = outcome.Run(i % 2 == 0 ? TransportKind.Buffered : TransportKind.SocketFd);
            afterEach?.Invoke();
        }

        return fault;
    }
}
