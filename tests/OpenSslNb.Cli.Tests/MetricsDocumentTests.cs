using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>docs/metrics.md</c> says what there is.</summary>
public sealed partial class MetricsDocumentTests
{
    [Test]
    public void The_table_has_every_instrument_with_its_kind_its_unit_and_its_name_in_Prometheus()
    {
        using var loop = new EventLoop();
        string[] instruments = [.. Published().Select(Row)];
        string document = File.ReadAllText(Path.Combine(Opensslnb.Root, "docs", "metrics.md"));
        string[] rows = [.. TableRow().Matches(document).Select(m => $"{m.Groups["name"].Value} {m.Groups["kind"].Value} {m.Groups["unit"].Value} {m.Groups["prometheus"].Value}")];
        Assert.That(rows, Is.EquivalentTo(instruments));
    }

    [Test]
    public void Every_instrument_is_in_what_Prometheus_gets()
    {
        using var loop = new EventLoop();
        using var process = new ProcessMeter();
        using var collector = new MetricsCollector(TlsMetrics.MeterName, ProcessMeter.MeterName);
        Assert.That(Exposition.Parse(collector.Scrape()).Types.Keys, Is.SupersetOf(Published().Select(PrometheusText.NameOf)));
    }

    private static List<Instrument> Published()
    {
        var published = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name is TlsMetrics.MeterName) published.Add(instrument);
        };
        listener.Start();
        return published;
    }

    private static string Row(Instrument instrument)
    {
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        string word = kind == typeof(ObservableCounter<>) ? "counter" : kind == typeof(ObservableUpDownCounter<>) ? "up-down counter" : kind == typeof(ObservableGauge<>) ? "gauge" : "histogram";
        return $"{instrument.Name} {word} {instrument.Unit} {PrometheusText.NameOf(instrument)}";
    }

    [GeneratedRegex(@"^\| `(?<name>opensslnb\.[a-z_.]+)` \| (?<kind>[a-z-]+(?: counter)?) \| (?:`(?<unit>[^`]+)` )?\| `(?<prometheus>[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
