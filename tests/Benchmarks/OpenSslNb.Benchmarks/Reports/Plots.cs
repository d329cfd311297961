using ScottPlot;

namespace OpenSslNb.Benchmarks.Reports;

/// <summary>The plots of a run, as SVG.</summary>
internal static class Plots
{
    private const int Height = 520;
    private const double GroupWidth = 0.84;

    /// <summary>Cost of a unit of every scenario, the best C being 1.</summary>
    public static void WriteOverview(string path, IReadOnlyList<Scenario> scenarios, Comparison comparison)
    {
        Scenario[] shown = [.. scenarios.Where(s => s.Kind is not (ScenarioKind.Quiet or ScenarioKind.Scale) && comparison.ContendersIn(s).Any(c => c.Role == ContenderRole.BestC))];
        using var plot = new Plot();
        Bars(plot, shown, comparison, (scenario, contender) => contender.Role == ContenderRole.BestC ? 1 : comparison.Ratio(scenario, contender, ContenderRole.BestC)?.Median);
        HorizontalLineAtOne(plot);
        plot.Title("Server cost of a unit of work, relative to the best C (less is better)");
        Save(plot, path, shown.Length);
    }

    /// <summary>How late the quiet connection's answers come.</summary>
    public static void WriteLatency(string path, Scenario quiet, Comparison comparison)
    {
        using var plot = new Plot();
        Contender[] contenders = [.. comparison.ContendersIn(quiet)];
        (string Label, Func<Measurement, double?> Figure)[] series = [("p99 alone", m => m.UnloadedP99), ("p50", m => m.P50), ("p99", m => m.P99), ("p99.9", m => m.P999)];
        for (int s = 0; s < series.Length; s++)
        {
            double width = GroupWidth / series.Length;
            Bar[] bars = [.. contenders.Select((c, i) => new Bar { Position = i + ((s - ((series.Length - 1) / 2.0)) * width), Size = width, Value = (comparison.Of(quiet, c, series[s].Figure)?.Median ?? 0) / 1000 })];
            plot.Add.Bars(bars).LegendText = series[s].Label;
        }

        Label(plot, [.. contenders.Select(c => c.Name)]);
        plot.Title("Latency of one echo a millisecond while others do handshakes at full rate (ms)");
        Save(plot, path, contenders.Length);
    }

    private static void Bars(Plot plot, Scenario[] scenarios, Comparison comparison, Func<Scenario, Contender, double?> height)
    {
        Contender[] contenders = [.. Contenders.All.Where(c => c.IsMain && scenarios.Any(s => comparison.ContendersIn(s).Contains(c)))];
        double width = GroupWidth / Math.Max(contenders.Length, 1);
        for (int c = 0; c < contenders.Length; c++)
        {
            var bars = new List<Bar>();
            for (int s = 0; s < scenarios.Length; s++)
            {
                if (height(scenarios[s], contenders[c]) is { } value) bars.Add(new Bar { Position = s + ((c - ((contenders.Length - 1) / 2.0)) * width), Size = width, Value = value });
            }

            plot.Add.Bars(bars).LegendText = contenders[c].Name;
        }

        Label(plot, [.. scenarios.Select(s => s.Name)]);
    }

    private static void HorizontalLineAtOne(Plot plot)
    {
        ScottPlot.Plottables.HorizontalLine line = plot.Add.HorizontalLine(1);
        line.Color = Colors.Black;
        line.LineWidth = 1;
    }

    private static void Label(Plot plot, string[] names)
    {
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, names.Length).Select(i => (double)i)], names);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Margins(bottom: 0);
        plot.ShowLegend(Edge.Bottom).Alignment = Alignment.MiddleCenter;
        plot.Legend.Orientation = Orientation.Horizontal;
    }

    private static void Save(Plot plot, string path, int groups) => plot.SaveSvg(path, Math.Max(700, 90 * groups), Height);
}
