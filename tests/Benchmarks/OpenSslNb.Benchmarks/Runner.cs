namespace OpenSslNb.Benchmarks;

/// <summary>Measures contender after contender, round after round, so that what the machine does meanwhile meets all of them.</summary>
internal sealed class Runner(BenchmarkPlan plan, Action<string> report) : IDisposable
{
    private readonly Identity _identity = new();
    private readonly Dictionary<Contender, ServerProcess> _servers = [];
    private readonly List<Measurement> _measurements = [];

    public IReadOnlyList<Measurement> Run()
    {
        foreach (Scenario scenario in plan.Scenarios.Where(s => s.Kind != ScenarioKind.Scale)) Run(scenario);
        RunScale([.. plan.Scenarios.Where(s => s.Kind == ScenarioKind.Scale)]);
        return _measurements;
    }

    /// <summary>The cost of OpenSSL alone.</summary>
    public FloorResult MeasureFloor() => FloorResult.Measure(_identity);

    public void Dispose()
    {
        foreach (ServerProcess server in _servers.Values) server.Dispose();
        _identity.Dispose();
    }

    private void Run(Scenario scenario)
    {
        Contender[] contenders = [.. plan.Contenders.Where(c => plan.Includes(scenario, c) && Serves(c, scenario))];
        report($"{scenario.Name}: {scenario.Title}; {contenders.Length} contenders");
        if (scenario.Kind != ScenarioKind.Idle)
        {
            foreach (Contender contender in contenders) WarmUp(scenario, contender);
        }

        for (int round = 0; round < plan.Rounds; round++)
        {
            // There and back: nobody is always behind the same one.
            IEnumerable<Contender> order = round % 2 == 0 ? contenders : contenders.Reverse();
            foreach (Contender contender in order.Where(c => round < plan.RoundsOf(scenario, c))) _measurements.Add(Measure(scenario, contender, round));
        }
    }

    // One contender after the other: tens of thousands of connections of the others would be in the caches, and some servers use the CPU for them though they are idle. What is compared here is a contender's own scenarios, side by side.
    private void RunScale(Scenario[] scenarios)
    {
        foreach (Contender contender in plan.Contenders)
        {
            Scenario[] own = [.. scenarios.Where(s => plan.Includes(s, contender) && Serves(contender, s))];
            if (own.Length == 0) continue;
            report($"{string.Join(", ", own.Select(s => s.Name))}: {contender.Name}");
            var loads = new Dictionary<string, LoadProcess>();
            try
            {
                foreach (Scenario scenario in own) WarmUp(scenario, LoadOf(loads, scenario, contender));
                for (int round = 0; round < plan.RoundsOf(own[0], contender); round++)
                {
                    foreach (Scenario scenario in own) _measurements.Add(Measure(LoadOf(loads, scenario, contender), scenario, contender, round));
                }

                foreach (LoadProcess load in loads.Values) load.End();
            }
            finally
            {
                foreach (LoadProcess load in loads.Values) load.Dispose();
            }
        }
    }

    // Scenarios of as many connections share them.
    private LoadProcess LoadOf(Dictionary<string, LoadProcess> loads, Scenario scenario, Contender contender)
    {
        string connections = LoadOf(scenario)[^1];
        if (!loads.TryGetValue(connections, out LoadProcess? load))
        {
            loads.Add(connections, load = CreateLoad(ServerOf(contender), scenario, plan.Seconds));
            load.WaitUntilReady();
        }

        return load;
    }

    private static void WarmUp(Scenario scenario, LoadProcess load)
    {
        load.Start(scenario.Stay);
        _ = load.Result();
    }

    private bool Serves(Contender contender, Scenario scenario) => ServerOf(contender).PortOf(scenario.Port) is not null;

    private ServerProcess ServerOf(Contender contender)
    {
        if (!_servers.TryGetValue(contender, out ServerProcess? server)) _servers.Add(contender, server = new ServerProcess(contender, _identity));
        return server;
    }

    private void WarmUp(Scenario scenario, Contender contender)
    {
        ServerProcess server = ServerOf(contender);
        double seconds = contender.IsJit ? plan.WarmUpSeconds : plan.WarmUpSeconds / 10;
        using LoadProcess load = CreateLoad(server, scenario, seconds);
        _ = RunLoad(load);
        load.End();
    }

    private Measurement Measure(Scenario scenario, Contender contender, int round) => scenario.Kind switch
    {
        ScenarioKind.Idle => MeasureIdle(scenario, contender, round),
        ScenarioKind.Quiet => MeasureQuiet(scenario, contender, round),
        _ => MeasureWork(scenario, contender, round),
    };

    private Measurement MeasureWork(Scenario scenario, Contender contender, int round)
    {
        using LoadProcess load = CreateLoad(ServerOf(contender), scenario, plan.Seconds);
        load.WaitUntilReady();
        Measurement measurement = Measure(load, scenario, contender, round);
        load.End();
        return measurement;
    }

    private Measurement Measure(LoadProcess load, Scenario scenario, Contender contender, int round)
    {
        ServerProcess server = ServerOf(contender);
        long? before = server.AllocatedBytes();
        load.Start(scenario.Stay);
        LoadResult result = load.Result();
        return Create(scenario, contender, round, result) with { AllocatedBytes = server.AllocatedBytes() - before };
    }

    // In a process of its own, since what a server has served before is in its memory.
    private Measurement MeasureIdle(Scenario scenario, Contender contender, int round)
    {
        using var server = new ServerProcess(contender, _identity);
        Scenario few = scenario with { Load = [.. scenario.Load[..^1], "16"], NeedsScale = false };
        using (LoadProcess first = CreateLoad(server, few, 0.1))
        {
            _ = RunLoad(first);
            first.End();
        }

        long before = server.ResidentBytes();
        using LoadProcess load = CreateLoad(server, scenario, plan.Seconds);
        load.WaitUntilReady();

        // What a policy gives back after a while is given back by then: collecting makes the server's loops look.
        long? allocated = server.AllocatedBytes();
        IdleWait.ForMemoryToSettle(server);
        long after = server.ResidentBytes();
        load.Start();
        LoadResult result = load.Result();
        load.End();
        return Create(scenario, contender, round, result) with { BytesPerConnection = (after - before) / result.Units, AllocatedBytes = allocated };
    }

    private Measurement MeasureQuiet(Scenario scenario, Contender contender, int round)
    {
        ServerProcess server = ServerOf(contender);
        double seconds = plan.SecondsOfLatency;
        using LoadProcess alone = CreateLoad(server, scenario, seconds, isUrgent: true);
        LoadResult unloaded = RunLoad(alone);
        alone.End();

        Scenario handshakes = Scenarios.All[0];
        using LoadProcess flood = CreateLoad(server, handshakes, 2 * seconds);
        using LoadProcess quiet = CreateLoad(server, scenario, seconds, isUrgent: true);
        flood.WaitUntilReady();
        quiet.WaitUntilReady();
        flood.Start();
        quiet.Start();
        LoadResult result = quiet.Result();
        LoadResult flooded = flood.Result();
        quiet.End();
        flood.End();
        return Create(scenario, contender, round, result) with { UnloadedP99 = unloaded.P99, HandshakesPerSecond = flooded.Units / flooded.Seconds };
    }

    private LoadProcess CreateLoad(ServerProcess server, Scenario scenario, double seconds, bool isUrgent = false) =>
        new(server, server.PortOf(scenario.Port) ?? throw new BenchmarkException($"the server has no listener '{scenario.Port}'"), _identity.TrustOf(scenario.Port), LoadOf(scenario), seconds, isUrgent);

    // Where there are many connections, the plan says how many.
    private string[] LoadOf(Scenario scenario) => scenario.NeedsScale ? [.. scenario.Load[..^1], $"{plan.ManyConnections}"] : scenario.Load;

    private static LoadResult RunLoad(LoadProcess load)
    {
        load.WaitUntilReady();
        load.Start();
        return load.Result();
    }

    private static Measurement Create(Scenario scenario, Contender contender, int round, LoadResult result)
    {
        if (result.Units <= 0) throw new BenchmarkException($"{contender.Name} did no work in {scenario.Name}");
        return new Measurement
        {
            Scenario = scenario.Name,
            Contender = contender.Name,
            Round = round,
            Units = result.Units,
            Seconds = result.Seconds,
            ServerCpuSeconds = result.ServerCpuSeconds,
            LoadCpuSeconds = result.LoadCpuSeconds,
            P50 = result.P50,
            P99 = result.P99,
            P999 = result.P999,
        };
    }
}
