namespace OpenSslNb.Simulation;

/// <summary>How each side may have ended, by what was done to it: without a fault in good order and with every byte, with one as that fault must end.</summary>
internal static class OutcomeRules
{
    private static readonly CloseReason[] s_timeouts = [CloseReason.HandshakeTimeout, CloseReason.IdleTimeout, CloseReason.WriteTimeout, CloseReason.ShutdownTimeout];

    // Whoever lacks memory ends, and the other sees how: an alert, or the end of the stream.
    private static readonly CloseReason[] s_shortage = [CloseReason.LocalError, CloseReason.ProtocolError, CloseReason.VerificationFailed, CloseReason.Truncated, CloseReason.Reset];

    /// <summary>Reports each side of the world that ended otherwise.</summary>
    public static void Check(World world, Action<string> violate)
    {
        foreach (ExpectedEnd end in world.Plan.MustEndAs) CheckExpected(world, end, violate);
        for (int i = 0; i < world.Clients.Count; i++)
        {
            WorldPeer client = world.Clients[i];
            WorldPeer server = world.Servers[i];
            CheckSide(world, i, client, server, violate);
            CheckSide(world, i, server, client, violate);
            bool orderly = client.Outcome is { IsOrderly: true } && server.Outcome is { IsOrderly: true };
            if (orderly && (client.Accepted != server.Received || server.Accepted != client.Received))
            {
                violate($"connection {i}: closed in good order, but {client.Received} of {server.Accepted} and {server.Received} of {client.Accepted} bytes came");
            }
        }
    }

    private static void CheckExpected(World world, ExpectedEnd end, Action<string> violate)
    {
        WorldPeer peer = (end.Side == Side.Client ? world.Clients : world.Servers)[end.Connection];

        // Before the connection is accepted there is nobody to tell.
        if (peer is { Connection: null, Outcome: null }) return;
        if (peer.Outcome is not { } outcome || !end.Reasons.Contains(outcome.Reason)) violate($"{peer}: ended as {peer.Outcome}, and must end as {string.Join(" or ", end.Reasons)}");
    }

    private static void CheckSide(World world, int connection, WorldPeer peer, WorldPeer other, Action<string> violate)
    {
        HashSet<CloseReason> allowed = Allowed(world, connection, peer, other);
        if (peer.Outcome is { } outcome && !allowed.Contains(outcome.Reason)) violate($"{peer}: ended as {outcome}; what was done to it allows {string.Join(", ", allowed)}");
        bool mayBeRefused = world.Plan.MayLackMemory || world.Kernel.FiredSystemCallFaults.Count > 0 || world.Kernel.Pipes.Any(pipe => pipe.Fired.Exists(fault => fault.Kind == ByteFaultKind.Reset));
        if (peer is { Connection: null, Outcome: null, Side: Side.Client } && !mayBeRefused) violate($"{peer}: never came about");
    }

    private static HashSet<CloseReason> Allowed(World world, int connection, WorldPeer peer, WorldPeer other)
    {
        HashSet<CloseReason> allowed = [CloseReason.CloseNotify, .. world.Plan.MayEndAs];
        if (world.Plan.MayLackMemory) allowed.UnionWith(s_shortage);
        if (peer.Broken is { } broken) allowed.Add(broken == ActionKind.Abort ? CloseReason.Aborted : CloseReason.Disposed);

        // A renegotiation that meets a close_notify cannot end: neither side is to blame.
        if (peer.HasRenegotiated || other.HasRenegotiated)
        {
            if (MetCloseNotify(peer)) allowed.Add(CloseReason.ProtocolError);
            if (MetCloseNotify(other)) allowed.Add(CloseReason.Truncated);
        }

        if (peer.HasClosedEarly) allowed.Add(CloseReason.Disposed);
        if (other.Broken is not null || other.HasClosedEarly) allowed.UnionWith([CloseReason.Reset, CloseReason.Truncated]);
        if (world.Kernel.FiredSystemCallFaults.Count > 0) allowed.UnionWith([CloseReason.Reset, CloseReason.Truncated, CloseReason.LocalError, CloseReason.ConnectFailed]);

        // Without its FIN a side waits for the other to hang up.
        if (world.Kernel.FiredSystemCallFaults.Exists(fault => fault.Call == "shutdown")) allowed.Add(CloseReason.ShutdownTimeout);
        if (world.Kernel.PipesOf(connection) is not var (up, down)) return allowed;
        (VirtualPipe sending, VirtualPipe receiving) = peer.Side == Side.Client ? (up, down) : (down, up);
        foreach (ByteFault fault in receiving.Fired) allowed.UnionWith(ByFault(fault, isReceiver: true));
        foreach (ByteFault fault in sending.Fired) allowed.UnionWith(ByFault(fault, isReceiver: false));
        return allowed;
    }

    // The peer's close_notify (alert 0) in the middle of a renegotiation: nothing can follow.
    private static bool MetCloseNotify(WorldPeer peer) => peer.Outcome is { Reason: CloseReason.ProtocolError, AlertReceived: 0 };

    // A truncated or confused receiver hangs up, and its peer sees that in turn.
    private static CloseReason[] ByFault(ByteFault fault, bool isReceiver) => fault.Kind switch
    {
        ByteFaultKind.Block => [],
        ByteFaultKind.Fin when isReceiver => [CloseReason.Truncated],
        // OpenSSL 3 answers a missing close_notify with a decode_error alert.
        ByteFaultKind.Fin => [CloseReason.Truncated, CloseReason.Reset, CloseReason.ProtocolError],
        ByteFaultKind.Reset => [CloseReason.Reset],
        _ when isReceiver => [CloseReason.ProtocolError, CloseReason.VerificationFailed, CloseReason.Truncated, .. s_timeouts],
        _ => [CloseReason.ProtocolError, CloseReason.Truncated, CloseReason.Reset, .. s_timeouts],
    };
}
