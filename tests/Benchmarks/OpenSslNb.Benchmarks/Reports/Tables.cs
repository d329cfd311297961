namespace OpenSslNb.Benchmarks.Reports;

/// <summary>The tables of a run.</summary>
internal static class Tables
{
    private const double Micro = 1e6;

    private static readonly (ContenderRole Role, string Head, Func<Targets, double?> Target)[] s_rivals =
    [
        (ContenderRole.SslStream, "to SslStream", targets => targets.SslStream),
        (ContenderRole.SslStreamInline, "to SslStream inline", targets => targets.Inline),
        (ContenderRole.BestC, "to best C", targets => targets.BestC),
    ];

    /// <summary>One table a scenario: every contender with its figures.</summary>
    public static IEnumerable<ReportTable> OfScenarios(IEnumerable<Scenario> scenarios, Comparison comparison) => scenarios.Select(scenario => OfScenario(scenario, comparison));

    /// <summary>Our ratios against what was promised.</summary>
    public static ReportTable OfTargets(IEnumerable<Scenario> scenarios, Comparison comparison)
    {
        string[] heads = ["scenario", "contender", .. s_rivals.SelectMany(r => new[] { r.Head, "target" })];
        var rows = new List<IReadOnlyList<string>>();
        foreach (Scenario scenario in scenarios.Where(s => s.Targets != new Targets()))
        {
            foreach (Contender ours in comparison.ContendersIn(scenario).Where(c => c.Role == ContenderRole.Ours && (c.IsMain || c.OnlyIn is not null)))
            {
                rows.Add([scenario.Title, ours.Name, .. s_rivals.SelectMany(r => Against(comparison.Ratio(scenario, ours, r.Role), r.Target(scenario.Targets)))]);
            }
        }

        return new ReportTable("Targets: cost of a unit relative to the rival's, median of paired rounds (least–greatest)", heads, rows);
    }

    private static string[] Against(Spread? ratio, double? target)
    {
        if (target is not { } most) return [Figures.Ratio(ratio, withRange: true), Figures.None];

        // As it is printed: what reads 1.00 is 1.00.
        string verdict = ratio is not { } r ? "" : Math.Round(r.Median, 2) <= most ? " met" : " missed";
        return [Figures.Ratio(ratio, withRange: true), FormattableString.Invariant($"≤ {most:0.00}{verdict}")];
    }

    private static ReportTable OfScenario(Scenario scenario, Comparison comparison)
    {
        List<(string Head, Func<Contender, string> Cell)> columns = [("contender", contender => contender.Name)];
        columns.AddRange(scenario.Kind switch
        {
            ScenarioKind.Idle => IdleColumns(scenario, comparison),
            ScenarioKind.Quiet => QuietColumns(scenario, comparison),
            _ => WorkColumns(scenario, comparison),
        });
        if (scenario.Kind is not (ScenarioKind.Quiet or ScenarioKind.Scale))
        {
            columns.AddRange(s_rivals.Select(r => (r.Head, (Func<Contender, string>)(contender => Figures.Ratio(comparison.Ratio(scenario, contender, r.Role), withRange: true)))));
        }

        return new ReportTable(
            $"{scenario.Name}: {scenario.Title}",
            [.. columns.Select(column => column.Head)],
            [.. comparison.ContendersIn(scenario).Select(contender => columns.Select(column => column.Cell(contender)).ToArray())]);
    }

    private static IEnumerable<(string, Func<Contender, string>)> WorkColumns(Scenario scenario, Comparison comparison)
    {
        yield return ($"{scenario.Unit}/s", c => Figures.Range(comparison.Of(scenario, c, m => m.PerSecond)));
        yield return ($"server CPU µs/{scenario.Unit}", c => Figures.Range(comparison.Of(scenario, c, m => m.Cost * Micro)));
        yield return ($"allocated B/{scenario.Unit}", c => Figures.Median(comparison.Of(scenario, c, m => m.AllocatedBytes / m.Units)));
        yield return ("p50 µs", c => Figures.Median(comparison.Of(scenario, c, m => m.P50)));
        yield return ("p99 µs", c => Figures.Median(comparison.Of(scenario, c, m => m.P99)));
    }

    private static IEnumerable<(string, Func<Contender, string>)> QuietColumns(Scenario scenario, Comparison comparison)
    {
        yield return ("unloaded p99 µs", c => Figures.Range(comparison.Of(scenario, c, m => m.UnloadedP99)));
        yield return ("p50 µs", c => Figures.Range(comparison.Of(scenario, c, m => m.P50)));
        yield return ("p99 µs", c => Figures.Range(comparison.Of(scenario, c, m => m.P99)));
        yield return ("p99.9 µs", c => Figures.Range(comparison.Of(scenario, c, m => m.P999)));
        yield return ("handshakes/s of others", c => Figures.Range(comparison.Of(scenario, c, m => m.HandshakesPerSecond)));
    }

    private static IEnumerable<(string, Func<Contender, string>)> IdleColumns(Scenario scenario, Comparison comparison)
    {
        yield return ("bytes/connection", c => Figures.Range(comparison.Of(scenario, c, m => m.BytesPerConnection)));
        yield return ("CPU ms/s", c => Figures.Range(comparison.Of(scenario, c, m => m.ServerCpuSeconds / m.Seconds * 1_000)));
    }
}
