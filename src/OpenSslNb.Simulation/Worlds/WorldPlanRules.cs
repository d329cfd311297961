namespace OpenSslNb.Simulation;

/// <summary>What a plan from a file must be for a world to follow from it.</summary>
internal static class WorldPlanRules
{
    // Each one costs memory at both ends before anything happens.
    private const int MostConnections = 1000;

    /// <summary>What is wrong with the plan, in words; null when nothing is.</summary>
    public static string? FirstBroken(WorldPlan plan)
    {
        if (new object?[] { plan.Up, plan.Down, plan.Actions, plan.Faults, plan.SystemCallFaults, plan.MayEndAs, plan.MustEndAs, plan.Choices }.Contains(null)) return "something in it is null";
        if (plan.Actions.Contains(null!) || plan.Faults.Any(fault => fault?.Fault is null) || plan.SystemCallFaults.Any(fault => fault?.Call is null) || plan.MustEndAs.Any(end => end?.Reasons is null)) return "something in it is null";
        return OfSizes(plan) ?? OfNetwork(plan.Up) ?? OfNetwork(plan.Down) ?? plan.Actions.Select(OfAction).FirstOrDefault(broken => broken is not null) ?? OfFaults(plan);
    }

    private static string? OfSizes(WorldPlan plan)
    {
        if (plan.Protocol is not (TlsProtocol.Tls12 or TlsProtocol.Tls13)) return "Protocol must be Tls12 or Tls13";
        if (plan is not { OutboundLimit: > 0, InboundLimit: >= 16 * 1024, CiphertextLimit: >= 20 * 1024, BytesPerTurn: > 0 }) return "OutboundLimit and BytesPerTurn must be at least 1, InboundLimit 16384, CiphertextLimit 20480";
        if (plan is not { DeadlineSeconds: > 0 and <= 86_400, SpareBlocks: >= 0 }) return "DeadlineSeconds must be from 1 to 86400, SpareBlocks 0 or more";
        return plan.Choices.Any(choice => choice < 0) ? "a choice must be 0 or more" : null;
    }

    private static string? OfNetwork(NetworkModel model)
    {
        if (model is not { Capacity: > 0, Latency: >= 0 }) return "a network's Capacity must be at least 1, its Latency 0 or more";

        // One in one would be each of them: nothing could ever happen.
        return new[] { model.ShortWriteOneIn, model.WouldBlockOneIn, model.InterruptedOneIn, model.NoBuffersOneIn }.Any(oneIn => oneIn is < 0 or 1) ? "a disturbance must be 0, or one in 2 or more" : null;
    }

    private static string? OfAction(WorldAction action)
    {
        if (action is not { At: >= 0, Connection: >= 0 and < MostConnections, Size: >= 0 }) return $"an action's At and Size must be 0 or more, its Connection from 0 to {MostConnections - 1}";
        return Enum.IsDefined(action.Kind) && Enum.IsDefined(action.Side) ? null : "an action's Kind and Side must be ones that there are";
    }

    private static string? OfFaults(WorldPlan plan)
    {
        if (plan.MustEndAs.Any(end => end.Connection < 0 || end.Connection >= plan.ConnectionCount)) return "MustEndAs is about a connection that there is not";
        return plan.Faults.Any(fault => fault.Fault is not { At: >= 0, Bit: >= 0 and < 8 }) || plan.SystemCallFaults.Any(fault => fault.Index < 0) ? "a fault's At and Index must be 0 or more, its Bit from 0 to 7" : null;
    }
}
