using System.Diagnostics.Metrics;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Metrics;

/// <summary>What turns cost and how they are measured, on loops that these tests turn by hand, with a clock that they set and that counts who looks at it.</summary>
public sealed class TurnMetricsTests
{
    private static readonly string[] s_measured = ["opensslnb.turn.duration", "opensslnb.loop.busy", "opensslnb.loop.utilization"];

    private readonly CountedClock _clock = new();
    private EventLoop _loop = null!;
    private string _name = null!;

    [SetUp]
    public void Begin()
    {
        _name = TestContext.CurrentContext.Test.ID;
        _loop = EventLoop.CreateDriven(new EventLoopOptions { Clock = _clock, Name = _name });
    }

    [TearDown]
    public void End() => _loop.Dispose();

    [Test]
    public void While_nobody_listens_a_turn_looks_at_the_clock_for_its_deadlines_alone()
    {
        Assert.That(LooksOfTurns(1000), Is.EqualTo(1000));
    }

    [Test]
    public void While_somebody_listens_to_a_measure_of_turns_a_turn_looks_twice_more([ValueSource(nameof(s_measured))] string instrument)
    {
        using (new MetricsProbe(_name, i => i.Name == instrument)) Assert.That(LooksOfTurns(10), Is.EqualTo(30));
        Assert.That(LooksOfTurns(10), Is.EqualTo(10), "and no more when he has gone");
    }

    [Test]
    public void Who_listens_to_counters_alone_costs_no_look_at_the_clock()
    {
        using var probe = new MetricsProbe(_name, i => !s_measured.Contains(i.Name));
        probe.Look();
        Assert.That(LooksOfTurns(10), Is.EqualTo(10));
    }

    [Test]
    public void Turns_are_measured_without_the_time_between_them()
    {
        using var probe = new MetricsProbe(_name);
        Turn(busy: 3, idle: 10);
        Turn(busy: 0.25, idle: 10);
        Assert.That(probe.Recorded, Is.EqualTo(new[] { ("opensslnb.turn.duration", 3), ("opensslnb.turn.duration", 0.25) }));
        Assert.That(probe.Look("opensslnb.loop.busy"), Is.EqualTo(3.25));
    }

    [Test]
    public void The_utilization_is_the_share_of_turns_since_the_last_look()
    {
        using var probe = new MetricsProbe(_name);
        Assert.That(probe.Look(), Does.Not.ContainKey("opensslnb.loop.utilization"), "there was no look before");
        Turn(busy: 1, idle: 3);
        Assert.That(probe.Look("opensslnb.loop.utilization"), Is.EqualTo(0.25));
        Turn(busy: 9, idle: 1);
        Assert.That(probe.Look("opensslnb.loop.utilization"), Is.EqualTo(0.9));
        _clock.Pass(5);
        Assert.That(probe.Look("opensslnb.loop.utilization"), Is.Zero);
    }

    [Test]
    public void A_callback_that_holds_the_loop_is_seen_while_it_does()
    {
        using var probe = new MetricsProbe(_name);
        probe.Look();
        Dictionary<string, double> seen = [];
        _loop.Post(() =>
        {
            _clock.Pass(60);
            seen = probe.Look();
        });
        _loop.RunTurn();
        Assert.That(seen["opensslnb.loop.utilization"], Is.EqualTo(1));
        Assert.That(seen["opensslnb.loop.busy"], Is.EqualTo(60));
    }

    [Test]
    public void Measuring_turns_allocates_nothing()
    {
        int count = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Name == s_measured[0]) self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => count += tags.Length);
        listener.Start();
        LooksOfTurns(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        LooksOfTurns(1000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(count, Is.EqualTo(1100 * 2), "both of the loop's tags with each turn");
    }

    [Test]
    public void A_loop_that_has_stopped_is_told_no_more()
    {
        using var probe = new MetricsProbe(_name);
        Assert.That(probe.Look(), Does.ContainKey("opensslnb.connections"));
        _loop.Dispose();
        Assert.That(probe.Look(), Is.Empty);
    }

    private long LooksOfTurns(int count)
    {
        long before = _clock.Looks;
        for (int i = 0; i < count; i++) _loop.RunTurn();
        return _clock.Looks - before;
    }

    private void Turn(double busy, double idle)
    {
        _loop.Post(() => _clock.Pass(busy));
        _loop.RunTurn();
        _clock.Pass(idle);
    }

    private sealed class CountedClock : TimeProvider
    {
        private long _now = 1000;

        public long Looks { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Looks++;
            return _now;
        }

        public void Pass(double seconds) => _now += (long)(seconds * TimeSpan.TicksPerSecond);
    }
}
