using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

public sealed class EngineCountersTests
{
    [Test]
    public void A_want_is_counted_by_direction_and_as_crossed_only_when_it_is_crossed([Values] SslOperation operation, [Values] SslWant want)
    {
        var counters = new EngineCounters();
        counters.CountWant(operation, want);
        Assert.That(counters.WantRead, Is.EqualTo(want == SslWant.Read ? 1 : 0));
        Assert.That(counters.WantWrite, Is.EqualTo(want == SslWant.Write ? 1 : 0));
        Assert.That(counters.ReadWantedWrite, Is.EqualTo((operation, want) == (SslOperation.Read, SslWant.Write) ? 1 : 0));
        Assert.That(counters.WriteWantedRead, Is.EqualTo((operation, want) == (SslOperation.Write, SslWant.Read) ? 1 : 0));
    }

    [Test]
    public void The_highest_queue_length_never_falls()
    {
        var counters = new EngineCounters();
        foreach ((long queued, long highest) in new[] { (0L, 0L), (5, 5), (3, 5), (5, 5), (6, 6), (-1, 6) })
        {
            counters.RaiseHighestQueued(queued);
            Assert.That(counters.HighestQueued, Is.EqualTo(highest));
        }
    }

    [Test]
    public void The_highest_of_many_threads_wins()
    {
        const int PerThread = 50_000;
        var counters = new EngineCounters();
        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < PerThread; i++) counters.RaiseHighestQueued((i * 4) + thread);
        });
        Assert.That(counters.HighestQueued, Is.EqualTo((PerThread * 4) - 1));
    }
}
