namespace OpenSslNb.Benchmarks;

/// <summary>What the measurements say about contenders, scenario by scenario.</summary>
internal sealed class Comparison(IReadOnlyList<Measurement> measurements, IReadOnlyList<Contender> contenders)
{
    private readonly ILookup<(string, string), Measurement> _rounds = measurements.ToLookup(m => (m.Scenario, m.Contender));

    public IEnumerable<Contender> ContendersIn(Scenario scenario) => contenders.Where(c => _rounds.Contains((scenario.Name, c.Name)));

    /// <summary>A figure of a contender over all its rounds; null where it has none.</summary>
    public Spread? Of(Scenario scenario, Contender contender, Func<Measurement, double?> figure) =>
        Spread.Of(_rounds[(scenario.Name, contender.Name)].Select(figure).OfType<double>());

    /// <summary>Cost relative to that of a rival, paired round by round; null when there is no such rival.</summary>
    public Spread? Ratio(Scenario scenario, Contender contender, ContenderRole role)
    {
        if (RivalIn(scenario, role) is not { } rival || rival == contender) return null;
        return Ratio((scenario, contender), (scenario, rival));
    }

    /// <summary>Cost of one thing relative to that of another, paired round by round; null when one of them was not measured.</summary>
    public Spread? Ratio((Scenario Scenario, Contender Contender) one, (Scenario Scenario, Contender Contender) other)
    {
        Dictionary<int, double> costs = _rounds[(other.Scenario.Name, other.Contender.Name)].ToDictionary(m => m.Round, m => m.Cost);
        return Spread.Of(_rounds[(one.Scenario.Name, one.Contender.Name)].Where(m => costs.ContainsKey(m.Round)).Select(m => m.Cost / costs[m.Round]));
    }

    // Who was made for a scenario stands for his role there: of idle connections the best C is the one that gives its buffers back.
    private Contender? RivalIn(Scenario scenario, ContenderRole role)
    {
        IEnumerable<Contender> those = ContendersIn(scenario).Where(c => c.Role == role);
        return those.FirstOrDefault(c => c.OnlyIn is not null) ?? those.FirstOrDefault();
    }
}
