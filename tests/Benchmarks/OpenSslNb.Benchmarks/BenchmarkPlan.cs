namespace OpenSslNb.Benchmarks;

/// <summary>What is to be measured.</summary>
internal sealed record BenchmarkPlan
{
    public required IReadOnlyList<Scenario> Scenarios { get; init; }

    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>Length of one measurement.</summary>
    public required double Seconds { get; init; }

    /// <summary>Length of one measurement of latencies, whose far percentiles need many.</summary>
    public required double SecondsOfLatency { get; init; }

    /// <summary>How often each contender is measured in each scenario, in turn with the others.</summary>
    public required int Rounds { get; init; }

    /// <summary>Times of work before the first measurement, for programs that are compiled while they run; for the others a tenth of it.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>What stands for ten thousand connections: fewer where only the work's being done right matters.</summary>
    public int ManyConnections { get; init; } = 10_000;

    /// <summary>Rounds of a contender in a scenario: the variants and what takes minutes to set up get fewer.</summary>
    public int RoundsOf(Scenario scenario, Contender contender)
    {
        int rounds = contender.IsMain || contender.OnlyIn is not null ? Rounds : Math.Min(Rounds, 3);
        return scenario.Kind switch
        {
            ScenarioKind.Idle => 1,
            ScenarioKind.Quiet => Math.Min(rounds, 5),
            _ => rounds,
        };
    }

    /// <summary>Everybody's scenarios are the main contenders'; the variants are measured where transport and poller show.</summary>
    public bool Includes(Scenario scenario, Contender contender)
    {
        if (contender.OnlyIn is { } those) return those.Contains(scenario.Name);
        if (scenario.NeedsScale && contender.UsesPoll) return false;
        return contender.IsMain || scenario.ShowsVariants || IsChosen;
    }

    /// <summary>True when contenders were named: then each is measured in all scenarios.</summary>
    public bool IsChosen { get; init; }
}
