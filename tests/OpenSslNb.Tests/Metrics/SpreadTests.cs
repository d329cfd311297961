using NUnit.Framework;
using OpenSslNb.Metrics;

namespace OpenSslNb.Tests.Metrics;

public sealed class SpreadTests
{
    [TestCase(new long[0], 1)]
    [TestCase(new long[] { 7 }, 1)]
    [TestCase(new long[] { 0, 0, 0 }, 1)]
    [TestCase(new long[] { 5, 5 }, 1)]
    [TestCase(new long[] { 10, 0 }, 2)]
    [TestCase(new long[] { 0, 0, 0, 3 }, 4)]
    [TestCase(new long[] { 30, 20, 10 }, 1.5)]
    public void The_imbalance_is_the_largest_share_over_the_mean(long[] connections, double imbalance) =>
        Assert.That(Spread.Imbalance(connections), Is.EqualTo(imbalance).Within(1e-9));

    [TestCase(new long[0], false)]
    [TestCase(new long[] { 100 }, false)]
    [TestCase(new long[] { 0, 0 }, false)]
    [TestCase(new long[] { 5, 0 }, false, Description = "five of five on one of two loops come by chance one time in sixteen")]
    [TestCase(new long[] { 40, 0 }, true)]
    [TestCase(new long[] { 0, 0, 20, 0 }, true)]
    [TestCase(new long[] { 60, 40 }, false)]
    [TestCase(new long[] { 600, 400 }, false, Description = "no chance, and no harm: 1.2 times the mean")]
    [TestCase(new long[] { 650, 350 }, true)]
    [TestCase(new long[] { 1300, 1000, 1000, 700 }, true)]
    public void Uneven_is_what_is_both_harmful_and_not_by_chance(long[] connections, bool uneven) =>
        Assert.That(Spread.IsUneven(connections), Is.EqualTo(uneven));

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(16)]
    public void Connections_that_take_any_loop_are_never_uneven(int loops)
    {
        var random = new Random(loops);
        for (int trial = 0; trial < 20_000; trial++)
        {
            long[] counts = new long[loops];
            for (int i = random.Next(200); i > 0; i--) counts[random.Next(loops)]++;
            Assert.That(Spread.IsUneven(counts), Is.False, string.Join(' ', counts));
        }
    }
}
