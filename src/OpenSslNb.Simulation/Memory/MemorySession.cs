namespace OpenSslNb.Simulation;

/// <summary>One whole session whose allocations are failed one by one.</summary>
/// <param name="Name">For the command line and for reports.</param>
/// <param name="Plan">What happens.</param>
/// <param name="MakesContexts">The contexts are made, and freed, with the session; otherwise they are the thread's.</param>
internal sealed record MemorySession(string Name, WorldPlan Plan, bool MakesContexts = false)
{
    /// <summary>The first session of a process, from the loading of OpenSSL on: each trial takes a process.</summary>
    public static MemorySession ColdStart { get; } = new("cold-start", PlanOf(TlsProtocol.Tls13, TransportKind.Buffered, Traffic(0)), MakesContexts: true);

    /// <summary>Every session, in a fixed order.</summary>
    public static IReadOnlyList<MemorySession> All { get; } =
    [
        .. Both("tls12", TlsProtocol.Tls12, Traffic(0)),
        .. Both("tls12-renegotiation", TlsProtocol.Tls12, Traffic(0, ActionKind.Renegotiate)),
        .. Both("tls12-resumed", TlsProtocol.Tls12, [.. Traffic(0), .. Traffic(1)]),
        .. Both("tls13", TlsProtocol.Tls13, Traffic(0)),
        .. Both("tls13-keyupdate", TlsProtocol.Tls13, Traffic(0, ActionKind.KeyUpdate)),
        .. Both("tls13-resumed", TlsProtocol.Tls13, [.. Traffic(0), .. Traffic(1)]),
        new("tls12-contexts", PlanOf(TlsProtocol.Tls12, TransportKind.Buffered, Traffic(0)), MakesContexts: true),
        new("tls13-contexts", PlanOf(TlsProtocol.Tls13, TransportKind.SocketFd, Traffic(0)), MakesContexts: true),
    ];

    /// <summary>The session of a name.</summary>
    public static MemorySession Of(string name) => All.Append(ColdStart).First(session => session.Name == name);

    /// <summary>Runs it once.</summary>
    public MemoryRun Run()
    {
        if (!MakesContexts) return MemoryRun.Of(WorldRun.Run(Plan));
        try
        {
            _ = WorldContexts.Get(Side.Server, Plan.Protocol, Plan.AllowRenegotiation);
            _ = WorldContexts.Get(Side.Client, Plan.Protocol, Plan.AllowRenegotiation);
            return MemoryRun.Of(WorldRun.Run(Plan));
        }
        catch (OpenSslException e)
        {
            return MemoryRun.Refused(e);
        }
        finally
        {
            WorldContexts.Clear();
        }
    }

    private static MemorySession[] Both(string name, TlsProtocol protocol, WorldAction[] actions) =>
    [
        new($"{name}-buffered", PlanOf(protocol, TransportKind.Buffered, actions)),
        new($"{name}-fd", PlanOf(protocol, TransportKind.SocketFd, actions)),
    ];

    private static WorldPlan PlanOf(TlsProtocol protocol, TransportKind transport, WorldAction[] actions) => new()
    {
        Seed = 1,
        Protocol = protocol,
        AllowRenegotiation = Array.Exists(actions, action => action.Kind == ActionKind.Renegotiate),
        Resume = Array.Exists(actions, action => action.Connection > 0),
        ClientTransport = transport,
        ServerTransport = transport,
        MayLackMemory = true,
        Actions = actions,
    };

    // Data in both directions before and after the change of keys, and an orderly end.
    private static WorldAction[] Traffic(int connection, ActionKind? rekey = null)
    {
        int start = connection * 1000;
        List<WorldAction> actions = [new(start, connection, Side.Client, ActionKind.Connect)];
        foreach (Side side in (Side[])[Side.Client, Side.Server]) actions.Add(new(start + 100, connection, side, ActionKind.Send, 20_000));
        if (rekey is { } kind) actions.AddRange([new(start + 200, connection, Side.Client, kind), new(start + 300, connection, Side.Server, kind)]);
        foreach (Side side in (Side[])[Side.Client, Side.Server]) actions.Add(new(start + 400, connection, side, ActionKind.Send, 2_000));
        foreach (Side side in (Side[])[Side.Client, Side.Server]) actions.Add(new(start + 500, connection, side, ActionKind.Close));
        return [.. actions];
    }
}

/// <summary>What became of a session.</summary>
/// <param name="Violations">Broken rules; empty when all is well.</param>
/// <param name="IsOrderly">Every connection ended by close_notify on both sides.</param>
/// <param name="Ends">How each side ended, in words.</param>
/// <param name="NamesMemory">Somebody was told that memory was short.</param>
internal sealed record MemoryRun(IReadOnlyList<string> Violations, bool IsOrderly, string Ends, bool NamesMemory)
{
    private const string MallocFailure = "malloc failure";

    public static MemoryRun Of(WorldResult result)
    {
        IEnumerable<Exception> exceptions = result.Outcomes.Select(outcome => outcome?.Exception).OfType<Exception>().Concat(result.Faults);
        string ends = string.Join("; ", result.Outcomes.Select(outcome => outcome?.ToString() ?? "never came about").Concat(result.Faults.Select(e => $"told: {e.Message}")));
        IEnumerable<string> misnamed = result.Outcomes.Where(IsMisnamed).Select(outcome => $"want of memory was named {outcome}");
        return new MemoryRun([.. result.Violations, .. misnamed], result.Outcomes.All(outcome => outcome is { IsOrderly: true }) && result.Faults.Count == 0, ends, exceptions.Any(NamesShortage));
    }

    // Neither the peer nor the network is to blame.
    private static bool IsMisnamed(CloseOutcome? outcome) =>
        outcome is { Exception: OpenSslException e } && e.Errors.Any(error => error.Reason == MallocFailure) && outcome.Reason is CloseReason.ProtocolError or CloseReason.VerificationFailed;

    public static MemoryRun Refused(OpenSslException e) => new([], IsOrderly: false, $"no context: {e.Message}", NamesShortage(e));

    // By its text: that of malloc's failure and that of X509_V_ERR_OUT_OF_MEM.
    private static bool NamesShortage(Exception e) => e.Message.Contains(MallocFailure, StringComparison.Ordinal) || e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);
}
