namespace OpenSslNb.Simulation;

/// <summary>Makes a plan of a seed: versions, transports, networks, what the applications do, and faults.</summary>
internal static class PlanGenerator
{
    /// <summary>What kinds of worlds there are.</summary>
    public static readonly string[] Scenarios = ["mixed", "calm", "narrow", "rekey", "faults", "ends", "system-calls"];

    // Sizes at the edges of records, and some that need many of them.
    private static readonly int[] s_sizes = [0, 1, 100, 16_383, 16_384, 16_385, 60_000, 1_000_000];

    // A narrow network moves few bytes a step.
    private static readonly int[] s_smallSizes = [0, 1, 17, 300, 2_000];

    /// <summary>The plan of a seed.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="scenario">One of <see cref="Scenarios"/>.</param>
    public static WorldPlan Create(ulong seed, string scenario)
    {
        var random = new Randomness(seed);
        if (scenario == "mixed") scenario = random.Pick("calm", "narrow", "rekey", "faults", "ends", "system-calls");
        bool isNarrow = scenario == "narrow" || (scenario is "faults" or "ends" && random.OneIn(3));
        WorldPlan plan = Base(seed, random, isNarrow);
        int connections = random.Between(1, 3);
        var actions = new List<WorldAction>();
        for (int i = 0; i < connections; i++) AddConnection(actions, random, i, plan, scenario, isNarrow);
        return plan with
        {
            Actions = actions,
            Resume = connections > 1 && random.OneIn(2),
            Faults = scenario == "faults" ? Faults(random, connections) : [],
            SystemCallFaults = scenario == "system-calls" ? SystemCallFaults(random) : [],
        };
    }

    private static WorldPlan Base(ulong seed, Randomness random, bool isNarrow)
    {
        bool tls12 = random.OneIn(2);

        // Two sides that both send over the fd transport may stand still by design: there the network takes everything.
        TransportKind client = random.OneIn(3) ? TransportKind.SocketFd : TransportKind.Buffered;
        TransportKind server = random.OneIn(3) ? TransportKind.SocketFd : TransportKind.Buffered;
        bool isRoomy = client == TransportKind.SocketFd || server == TransportKind.SocketFd;
        int limit = random.Pick(1, 1000, 20_000, 256 * 1024, 1024 * 1024);
        return new WorldPlan
        {
            Seed = seed,
            Protocol = tls12 ? TlsProtocol.Tls12 : TlsProtocol.Tls13,
            AllowRenegotiation = tls12 && random.OneIn(2),
            Poller = random.Pick(PollerKind.Epoll, PollerKind.Poll),
            ClientTransport = client,
            ServerTransport = server,
            OutboundLimit = isNarrow ? Math.Max(limit, 1000) : Math.Max(limit, 20_000),
            CiphertextLimit = random.Pick(20 * 1024, 40 * 1024, 128 * 1024),
            InboundLimit = random.Pick(16 * 1024, 64 * 1024),
            BytesPerTurn = random.Pick(1, 4096, 256 * 1024),
            Up = Network(random, isNarrow, isRoomy),
            Down = Network(random, isNarrow, isRoomy),
            PoisonErrorQueue = random.OneIn(2),
        };
    }

    private static NetworkModel Network(Randomness random, bool isNarrow, bool isRoomy)
    {
        bool isDisturbed = random.OneIn(2);
        int capacity = isNarrow ? random.Pick(1, 2, 7, 64, 1000) : random.Pick(4_000, 20_000, 256 * 1024);
        return new NetworkModel
        {
            Capacity = isRoomy ? 64 * 1024 * 1024 : capacity,
            Latency = isNarrow ? random.Between(0, 200) : random.Pick(0, 50, 3_000, 90_000),
            Segmentation = isNarrow ? random.Pick(Segmentation.Whole, Segmentation.Random, Segmentation.OneByte) : random.Pick(Segmentation.Whole, Segmentation.Random),
            ShortWriteOneIn = isDisturbed ? random.Pick(0, 2, 10) : 0,
            WouldBlockOneIn = isDisturbed ? random.Pick(0, 3, 20) : 0,
            InterruptedOneIn = isDisturbed ? random.Pick(0, 3, 20) : 0,
            NoBuffersOneIn = isDisturbed ? random.Pick(0, 10, 50) : 0,
        };
    }

    private static void AddConnection(List<WorldAction> actions, Randomness random, int connection, WorldPlan plan, string scenario, bool isNarrow)
    {
        int start = connection * random.Pick(0, 10, 2_000);
        actions.Add(new WorldAction(start, connection, Side.Client, ActionKind.Connect));
        foreach (Side side in (Side[])[Side.Client, Side.Server])
        {
            int end = start + 1000;
            int count = random.Between(0, scenario == "rekey" ? 12 : 6);
            int pauses = 0;
            for (int i = 0; i < count; i++)
            {
                ActionKind kind = Kind(random, plan, scenario);
                if (kind == ActionKind.Pause) pauses++;
                int size = kind is ActionKind.Send or ActionKind.SendAsync ? random.Pick<int>(isNarrow ? s_smallSizes : s_sizes) : 0;
                actions.Add(new WorldAction(start + random.Between(0, 900), connection, side, kind, size));
            }

            // Whoever has paused reads again in the end, and everybody closes.
            if (pauses > 0) actions.Add(new WorldAction(end, connection, side, ActionKind.Resume));
            actions.Add(new WorldAction(end + random.Pick(0, 50), connection, side, random.Pick(ActionKind.CloseWrite, ActionKind.CloseWrite, ActionKind.Close)));
            if (scenario == "ends" && random.OneIn(2)) actions.Add(new WorldAction(start + random.Between(0, 1200), connection, side, random.Pick(ActionKind.Abort, ActionKind.Dispose, ActionKind.DisposeInCallback)));
        }
    }

    private static ActionKind Kind(Randomness random, WorldPlan plan, string scenario)
    {
        ActionKind rekey = plan.Protocol == TlsProtocol.Tls13 ? ActionKind.KeyUpdate : ActionKind.Renegotiate;
        bool mayRekey = plan.Protocol == TlsProtocol.Tls13 || plan.AllowRenegotiation;
        if (mayRekey && random.OneIn(scenario == "rekey" ? 2 : 8)) return rekey;
        return random.Pick(ActionKind.Send, ActionKind.Send, ActionKind.SendAsync, ActionKind.Pause, ActionKind.Resume);
    }

    private static List<NetworkFault> Faults(Randomness random, int connections)
    {
        var faults = new List<NetworkFault>();
        for (int count = random.Between(1, 3); count > 0; count--)
        {
            int at = random.OneIn(2) ? random.Next(3_000) : random.Next(200_000);
            var fault = new ByteFault(at, random.Pick(ByteFaultKind.Block, ByteFaultKind.Fin, ByteFaultKind.Reset, ByteFaultKind.Flip), random.Next(8));
            faults.Add(new NetworkFault(random.Next(connections), random.Pick(Side.Client, Side.Server), fault));
        }

        return faults;
    }

    private static List<SystemCallFault> SystemCallFaults(Randomness random)
    {
        var faults = new List<SystemCallFault>();
        for (int count = random.Between(1, 3); count > 0; count--)
        {
            (string call, int[] errnos) = SystemCallErrnos.All[random.Next(SystemCallErrnos.All.Count)];
            faults.Add(new SystemCallFault(call, random.Next(12), random.Pick<int>(errnos)));
        }

        return faults;
    }
}
