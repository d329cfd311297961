using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>What became of a world.</summary>
/// <param name="Plan">What it followed from.</param>
/// <param name="Violations">Broken rules, the first first; empty when all is well.</param>
/// <param name="Steps">Steps that it took.</param>
/// <param name="FaultsFired">Faults that took effect.</param>
/// <param name="Digest">Of all bytes and steps.</param>
internal sealed record WorldResult(WorldPlan Plan, IReadOnlyList<string> Violations, int Steps, int FaultsFired, byte[] Digest)
{
    public bool IsSound => Violations.Count == 0;

    /// <summary>How each client and then each server ended; null for one that never came about.</summary>
    public IReadOnlyList<CloseOutcome?> Outcomes { get; init; } = [];

    /// <summary>Exceptions that had nobody to go to, and those of clients that have not come to a connection.</summary>
    public IReadOnlyList<Exception> Faults { get; init; } = [];
}

/// <summary>Runs one world from its plan to its end, and checks that nothing is left of it.</summary>
internal static class WorldRun
{
    /// <param name="plan">What the world follows from.</param>
    /// <param name="chooser">Null for what the plan says.</param>
    /// <param name="trace">Sees each step; null for none.</param>
    /// <param name="session">What <see cref="CreateSession"/> gave for this plan, the caller's; null to make it here.</param>
    public static WorldResult Run(WorldPlan plan, IChooser? chooser = null, ITlsTrace? trace = null, SafeSslSessionHandle? session = null)
    {
        using SafeSslSessionHandle? own = session is null ? CreateSession(plan) : null;
        (int Ssl, int Bio) before = (NativeLive.Ssl, NativeLive.Bio);
        var violations = new List<string>();
        int steps = 0;
        int fired = 0;
        byte[] digest = [];
        World? world = null;
        try
        {
            world = new World(plan, chooser, trace, session ?? own);
            world.Run();
            (steps, fired, digest) = (world.StepCount, FaultsFired(world), world.Digest());
        }
        catch (Exception e)
        {
            violations.Add($"step {world?.StepCount}: {e.GetType().Name} reached nobody: {e.Message}{Environment.NewLine}{e.StackTrace}");
        }

        if (world is not null) Close(world, violations);
        if ((NativeLive.Ssl, NativeLive.Bio) != before) violations.Add($"SSL objects left: {NativeLive.Ssl - before.Ssl}, BIOs: {NativeLive.Bio - before.Bio}");
        return new WorldResult(plan, violations, steps, fired, digest) { Outcomes = world is null ? [] : [.. world.Clients.Concat(world.Servers).Select(peer => peer.Outcome)], Faults = world is null ? [] : [.. world.Unhandled, .. world.ConnectFaults] };
    }

    /// <summary>The session that the plan's first connection offers, from an undisturbed world like the plan's; the caller's. Null when it offers none.</summary>
    public static SafeSslSessionHandle? CreateSession(WorldPlan plan)
    {
        if (!plan.OffersSession) return null;
        using var world = new World(plan with { OffersSession = false, Faults = [], SystemCallFaults = [], MustEndAs = [], Choices = [], SpareBlocks = 0 });
        world.Run();
        return world.Clients.Count > 0 ? world.Clients[0].ReleaseSession() : null;
    }

    private static void Close(World world, List<string> violations)
    {
        try
        {
            world.Dispose();
        }
        catch (Exception e)
        {
            violations.Add($"disposal: {e}");
        }

        violations.InsertRange(0, world.Violations);
        if (world.Plan.SystemCallFaults.Count == 0) violations.AddRange(world.Unhandled.Where(e => !world.IsShortage(e)).Select(e => $"unhandled: {e}"));
        foreach (string violation in world.Kernel.Violations.Where(violation => !world.Violations.Any(v => v.EndsWith(violation, StringComparison.Ordinal)))) violations.Add($"disposal: {violation}");
        if (world.Kernel.OpenCount != 0) violations.Add($"descriptors left open: {world.Kernel.OpenCount}");
    }

    private static int FaultsFired(World world) => world.Kernel.FiredSystemCallFaults.Count + world.Kernel.Pipes.Sum(pipe => pipe.Fired.Count);
}
