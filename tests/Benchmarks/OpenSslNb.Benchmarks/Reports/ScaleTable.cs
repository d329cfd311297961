namespace OpenSslNb.Benchmarks.Reports;

/// <summary>What more connections and more loops cost: ratios between two scenarios, or between two forms of the engine.</summary>
internal static class ScaleTable
{
    private const double MostForManyConnections = 1.15;
    private const double LeastForTwoLoops = 1.8;

    public static ReportTable Of(Comparison comparison)
    {
        var rows = new List<IReadOnlyList<string>>();
        Scenario few = Scenarios.Named("active-64");
        foreach (Scenario many in (Scenario[])[Scenarios.Named("active-10000"), Scenarios.Named("active-10000-cold")])
        {
            foreach (Contender contender in comparison.ContendersIn(many))
            {
                Spread? ratio = comparison.Ratio((many, contender), (few, contender));
                rows.Add([$"{many.Title}: cost to that among 64", contender.Name, Figures.Ratio(ratio, withRange: true), Verdict(contender, "≤", MostForManyConnections, ratio?.Median <= MostForManyConnections)]);
            }
        }

        Scenario handshake = Scenarios.Named("handshake");
        Contender one = Contenders.Named("engine");
        Contender two = Contenders.Named("engine-two-loops");
        if (comparison.Ratio((handshake, one), (handshake, two)) is { } costs)
        {
            var capacity = new Spread(2 * costs.Median, 2 * costs.Minimum, 2 * costs.Maximum, costs.Count);
            rows.Add(["handshakes that two loops have the CPU time for, to those of one: twice the ratio of the costs", two.Name, Figures.Ratio(capacity, withRange: true), Verdict(two, "≥", LeastForTwoLoops, capacity.Median >= LeastForTwoLoops)]);
        }

        return new ReportTable("Scale: more connections, more loops", ["what", "contender", "ratio", "target"], rows);
    }

    private static string Verdict(Contender contender, string sign, double target, bool isMet) =>
        contender.Role == ContenderRole.Ours ? FormattableString.Invariant($"{sign} {target:0.00} {(isMet ? "met" : "missed")}") : Figures.None;
}
