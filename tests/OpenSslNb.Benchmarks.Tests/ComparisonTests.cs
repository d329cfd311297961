using NUnit.Framework;
using OpenSslNb.Benchmarks.Reports;

namespace OpenSslNb.Benchmarks.Tests;

/// <summary>What figures are made of measurements.</summary>
public sealed class ComparisonTests
{
    private static readonly Scenario s_echo = Scenarios.All.Single(s => s.Name == "echo-64");

    [TestCase(new double[] { 3, 1, 2 }, 2, 1, 3)]
    [TestCase(new double[] { 4, 1, 2, 3 }, 2.5, 1, 4)]
    [TestCase(new double[] { 7 }, 7, 7, 7)]
    public void A_spread_has_the_median_and_both_ends(double[] values, double median, double minimum, double maximum) =>
        Assert.That(Spread.Of(values), Is.EqualTo(new Spread(median, minimum, maximum, values.Length)));

    [Test]
    public void Nothing_has_no_spread() => Assert.That(Spread.Of([]), Is.Null);

    [Test]
    public void Ratios_are_paired_round_by_round()
    {
        // The machine was three times as slow in round 1, for both: the ratio does not notice.
        Comparison comparison = Compare(("engine", 0, 1), ("c", 0, 2), ("engine", 1, 3), ("c", 1, 6), ("engine", 2, 2), ("c", 2, 2));
        Assert.That(comparison.Ratio(s_echo, Named("engine"), ContenderRole.BestC), Is.EqualTo(new Spread(0.5, 0.5, 1, 3)));
    }

    [Test]
    public void A_round_without_its_pair_does_not_count()
    {
        Comparison comparison = Compare(("engine", 0, 1), ("c", 0, 2), ("engine", 1, 100));
        Assert.That(comparison.Ratio(s_echo, Named("engine"), ContenderRole.BestC)!.Value.Count, Is.EqualTo(1));
    }

    [Test]
    public void Nobody_is_compared_with_himself_or_with_one_who_was_not_there()
    {
        Comparison comparison = Compare(("engine", 0, 1), ("c", 0, 2));
        Assert.That(comparison.Ratio(s_echo, Named("c"), ContenderRole.BestC), Is.Null);
        Assert.That(comparison.Ratio(s_echo, Named("engine"), ContenderRole.SslStream), Is.Null);
    }

    [TestCase(0.99, "≤ 1.00 met")]
    [TestCase(1.004, "≤ 1.00 met")]
    [TestCase(1.01, "≤ 1.00 missed")]
    public void A_target_is_met_or_missed_as_its_ratio_reads(double ratio, string verdict)
    {
        ReportTable table = Tables.OfTargets([s_echo], Compare(("engine", 0, ratio), ("c", 0, 1)));
        Assert.That(table.Rows.Single(), Does.Contain(verdict));
    }

    [TestCase(1.0, 1.2, "1.67 (1.67–1.67)", "≥ 1.80 missed")]
    [TestCase(1.0, 1.1, "1.82 (1.82–1.82)", "≥ 1.80 met")]
    public void Two_loops_are_worth_twice_one_less_what_they_cost_more(double one, double two, string ratio, string verdict)
    {
        Comparison comparison = Compare(Scenarios.Named("handshake"), ("engine", 0, one), ("engine-two-loops", 0, two));
        Assert.That(ScaleTable.Of(comparison).Rows.Single(), Does.Contain(ratio).And.Contain(verdict));
    }

    [TestCase(1234.4, "1,234")]
    [TestCase(99.96, "100")]
    [TestCase(12.34, "12.3")]
    [TestCase(1.234, "1.23")]
    [TestCase(0.01234, "0.012")]
    [TestCase(0, "0")]
    public void Figures_have_three_digits_that_count(double value, string text) => Assert.That(Figures.Number(value), Is.EqualTo(text));

    private static Contender Named(string name) => Contenders.All.Single(c => c.Name == name);

    private static Comparison Compare(params (string Contender, int Round, double Cost)[] rounds) => Compare(s_echo, rounds);

    private static Comparison Compare(Scenario scenario, params (string Contender, int Round, double Cost)[] rounds) => new(
        [.. rounds.Select(r => new Measurement { Scenario = scenario.Name, Contender = r.Contender, Round = r.Round, Units = 1, Seconds = 1, ServerCpuSeconds = r.Cost })],
        Contenders.All);
}
