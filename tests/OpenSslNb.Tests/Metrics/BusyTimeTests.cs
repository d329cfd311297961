using NUnit.Framework;
using OpenSslNb.Metrics;

namespace OpenSslNb.Tests.Metrics;

public sealed class BusyTimeTests
{
    [TestCase(0)]
    [TestCase(-5)]
    [TestCase(1L << 60)]
    public void Turns_are_summed_and_the_one_that_is_on_counts_up_to_now(long zero)
    {
        var clock = new SetClock { Now = zero };
        var busy = new BusyTime(clock);
        Assert.That(busy.Read(out _), Is.Zero);
        busy.Begin(zero + 10);
        clock.Now = zero + 12;
        Assert.That(busy.Read(out long now), Is.EqualTo(2));
        Assert.That(now, Is.EqualTo(zero + 12));
        busy.End(zero + 15);
        clock.Now = zero + 100;
        Assert.That(busy.Read(out _), Is.EqualTo(5));
        busy.Begin(zero + 200);
        busy.End(zero + 207);
        Assert.That(busy.Read(out _), Is.EqualTo(12));
    }

    [Test]
    public async Task A_reader_on_another_thread_never_sees_it_go_back_nor_run_ahead_of_the_clock()
    {
        TimeProvider clock = TimeProvider.System;
        var busy = new BusyTime(clock);
        long begun = clock.GetTimestamp();
        bool stop = false;
        Task loop = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                busy.Begin(clock.GetTimestamp());
                busy.End(clock.GetTimestamp());
            }
        });
        long last = 0;
        for (int i = 0; i < 200_000; i++)
        {
            long read = busy.Read(out long now);
            Assert.That(read, Is.InRange(last, now - begun));
            last = read;
        }

        Volatile.Write(ref stop, true);
        await loop;
        Assert.That(last, Is.GreaterThan(0));
    }

    private sealed class SetClock : TimeProvider
    {
        public long Now { get; set; }

        public override long GetTimestamp() => Now;
    }
}
