using System.Diagnostics.Metrics;
using NUnit.Framework;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli.Tests;

/// <summary>How instruments become Prometheus's text.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MetricsTextTests
{
    private string _name = null!;
    private Meter _meter = null!;

    [SetUp]
    public void Begin()
    {
        _name = $"test {TestContext.CurrentContext.Test.ID}";
        _meter = new Meter(_name);
    }

    [TearDown]
    public void End() => _meter.Dispose();

    [Test]
    public void Names_get_the_unit_and_counters_total()
    {
        _meter.CreateObservableCounter("a.b-c", () => 1L, "By", "x");
        _meter.CreateObservableCounter("busy", () => 1.5, "s", "x");
        _meter.CreateObservableUpDownCounter("up", () => -2L, "{thing}", "x");
        _meter.CreateObservableGauge("share", () => 0.25, "1", "x");
        _meter.CreateObservableGauge("7.plain", () => 3L, null, "x");
        var text = Exposition.Parse(Scrape());
        Assert.That(text.Types.Select(t => $"{t.Key} {t.Value}"), Is.EqualTo(new[] { "a_b_c_bytes_total counter", "busy_seconds_total counter", "up gauge", "share_ratio gauge", "_7_plain gauge" }));
        Assert.That(text.Samples.Values, Is.EqualTo(new[] { 1, 1.5, -2, 0.25, 3 }));
    }

    [Test]
    public void Help_and_labels_are_escaped()
    {
        _meter.CreateObservableGauge("g", () => new Measurement<long>(1, new KeyValuePair<string, object?>("a.b", "back\\slash \"quote\"\nline")), null, "one \"quote\", \\ and\nline");
        Assert.That(Scrape(), Is.EqualTo("# HELP g one \"quote\", \\\\ and\\nline\n# TYPE g gauge\ng{a_b=\"back\\\\slash \\\"quote\\\"\\nline\"} 1\n"));
    }

    [TestCase(0, "0")]
    [TestCase(0.1, "0.1")]
    [TestCase(1e300, "1E+300")]
    [TestCase(9007199254740991, "9007199254740991")]
    [TestCase(double.PositiveInfinity, "+Inf")]
    [TestCase(double.NegativeInfinity, "-Inf")]
    [TestCase(double.NaN, "NaN")]
    public void Numbers_are_written_as_Prometheus_reads_them(double number, string text) => Assert.That(PrometheusText.Number(number), Is.EqualTo(text));

    [Test]
    public void A_histogram_has_cumulative_buckets_and_a_series_for_each_set_of_tags()
    {
        Histogram<double> histogram = _meter.CreateHistogram("h", "s", "x", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        using var collector = new MetricsCollector(_name);
        foreach (double value in new[] { 0.1, 0.5, 0.7, 5 }) histogram.Record(value, new KeyValuePair<string, object?>("k", "a"));
        histogram.Record(2, new KeyValuePair<string, object?>("k", "b"));
        const string Expected = """
            # HELP h_seconds x
            # TYPE h_seconds histogram
            h_seconds_bucket{k="a",le="0.5"} 2
            h_seconds_bucket{k="a",le="1"} 3
            h_seconds_bucket{k="a",le="+Inf"} 4
            h_seconds_sum{k="a"} 6.3
            h_seconds_count{k="a"} 4
            h_seconds_bucket{k="b",le="0.5"} 0
            h_seconds_bucket{k="b",le="1"} 0
            h_seconds_bucket{k="b",le="+Inf"} 1
            h_seconds_sum{k="b"} 2
            h_seconds_count{k="b"} 1

            """;
        Assert.That(collector.Scrape(), Is.EqualTo(Expected));
        Assert.That(collector.Scrape(), Is.EqualTo(Expected), "nothing is used up by looking");
    }

    [Test]
    public void Nothing_is_lost_when_many_threads_measure()
    {
        Histogram<double> histogram = _meter.CreateHistogram<double>("h", null, "x");
        using var collector = new MetricsCollector(_name);
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 10_000; i++) histogram.Record(1, new KeyValuePair<string, object?>("thread", thread % 4));
        });
        var text = Exposition.Parse(collector.Scrape());
        Assert.That(Enumerable.Range(0, 4).Select(thread => text.Samples[$"h_count{{thread=\"{thread}\"}}"]), Has.All.EqualTo(20_000));
    }

    private string Scrape()
    {
        using var collector = new MetricsCollector(_name);
        return collector.Scrape();
    }
}
