namespace OpenSslNb.Simulation;

/// <summary>A session that ends in one of the named ways, to be run many times.</summary>
/// <param name="Name">For the command line and for reports.</param>
/// <param name="Plan">What happens.</param>
/// <param name="Client">How the client ends; null when it never comes about.</param>
internal sealed record OutcomeSession(string Name, WorldPlan Plan, CloseReason? Client)
{
    private const int DeadlineSeconds = 5;

    // Behind the handshake, in the middle of the data that the server sends.
    private const int InData = 12_000;

    // What the other side may make of it when one has hung up.
    private static readonly CloseReason[] s_brokenOff = [CloseReason.Truncated, CloseReason.Reset];

    /// <summary>One of each, in a fixed order. The first use looks for the byte that spoils the certificate, so it needs a process that simulates.</summary>
    public static IReadOnlyList<OutcomeSession> All { get; } = Create();

    /// <summary>Runs it once, over a transport.</summary>
    /// <returns>What was wrong; null when it ended as it must.</returns>
    public string? Run(TransportKind transport)
    {
        WorldResult result = WorldRun.Run(Over(transport));
        if (!result.IsSound) return string.Join(" | ", result.Violations);
        CloseOutcome? client = result.Outcomes[0];
        return client?.Reason == Client ? null : $"the client ended as {client?.ToString() ?? "nothing"}, and not as {Client?.ToString() ?? "nothing"}";
    }

    private static OutcomeSession[] Create() =>
    [
        new("close-notify", PlanOf([Action(500, Side.Client, ActionKind.Close), Action(500, Side.Server, ActionKind.Close)]), CloseReason.CloseNotify),
        new("truncated", Faulty(Side.Server, new ByteFault(InData, ByteFaultKind.Fin)), CloseReason.Truncated),
        new("reset", Faulty(Side.Server, new ByteFault(InData, ByteFaultKind.Reset)), CloseReason.Reset),
        new("protocol-error", Faulty(Side.Server, new ByteFault(InData, ByteFaultKind.Flip)), CloseReason.ProtocolError),
        SpoiltCertificate(),

        // The first record claims 512 bytes more than it has: the server waits for them, and the client for the server.
        new("handshake-timeout", PlanOf([]) with { Faults = [new NetworkFault(0, Side.Client, new ByteFault(3, ByteFaultKind.Flip, Bit: 1))] }, CloseReason.HandshakeTimeout),
        new("idle-timeout", PlanOf([]) with { MayEndAs = [CloseReason.IdleTimeout, .. s_brokenOff] }, CloseReason.IdleTimeout),
        new("shutdown-timeout", Unanswered(), CloseReason.ShutdownTimeout),
        new("aborted", PlanOf([Action(500, Side.Client, ActionKind.Abort)]), CloseReason.Aborted),
        new("disposed", PlanOf([Action(500, Side.Client, ActionKind.Dispose)]), CloseReason.Disposed),
        new("connect-failed", PlanOf([]) with { SystemCallFaults = [new SystemCallFault("connect", 0, 111)] }, null),
    ];

    private static WorldAction Action(int at, Side side, ActionKind kind, int size = 0) => new(at, 0, side, kind, size);

    private static WorldPlan PlanOf(WorldAction[] end) => new()
    {
        Seed = 1,
        DeadlineSeconds = DeadlineSeconds,
        Actions = [Action(0, Side.Client, ActionKind.Connect), Action(100, Side.Client, ActionKind.Send, 20_000), Action(100, Side.Server, ActionKind.Send, 20_000), .. end],
    };

    private static WorldPlan Faulty(Side sender, ByteFault fault) =>
        PlanOf([Action(500, Side.Client, ActionKind.Close), Action(500, Side.Server, ActionKind.Close)]) with { Faults = [new NetworkFault(0, sender, fault)] };

    // The server does not read, so it does not see the client's close_notify; it sends a little later, so as to be idle a little later.
    private static WorldPlan Unanswered() =>
        PlanOf([Action(300, Side.Server, ActionKind.Pause), Action(500, Side.Client, ActionKind.Close), Action(1000, Side.Server, ActionKind.Send, 100)]) with { MayEndAs = [CloseReason.ShutdownTimeout, CloseReason.IdleTimeout, .. s_brokenOff] };

    // Where the certificate lies depends on OpenSSL's version. On TLS 1.2 it is sent in the clear; one that differs in a bit from the trusted one is nobody's.
    private static OutcomeSession SpoiltCertificate()
    {
        const int Last = 1_000;
        for (int at = 100; at < Last; at += 10)
        {
            WorldPlan plan = Faulty(Side.Server, new ByteFault(at, ByteFaultKind.Flip)) with { Protocol = TlsProtocol.Tls12 };
            if (WorldRun.Run(plan).Outcomes is [{ Reason: CloseReason.VerificationFailed }, ..]) return new OutcomeSession("verification-failed", plan, CloseReason.VerificationFailed);
        }

        throw new InvalidOperationException($"no flipped bit in the server's first {Last} bytes makes its certificate unacceptable");
    }

    private WorldPlan Over(TransportKind transport) => Plan with { ClientTransport = transport, ServerTransport = transport };
}
