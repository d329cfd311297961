using BenchmarkDotNet.Attributes;
using OpenSslNb.Loop;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>Deadlines with none and with 100,000 others armed, as idle connections have them: minutes away, spread over one minute.</summary>
[MemoryDiagnoser]
public class TimerWheelBenchmarks
{
    private const long FarAway = 1L << 40;
    private const long Minute = 60_000;

    private readonly ActionTimer _timer = new(static () => throw new InvalidOperationException("a deadline came too early"));
    private TimerWheel _wheel = null!;
    private long _now;

    [Params(0, 100_000)]
    public int Armed { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _now = 0;
        _wheel = new TimerWheel(_now);
        for (long i = 0; i < Armed; i++) _wheel.Arm(new ActionTimer(static () => throw new InvalidOperationException("a deadline came too early")), FarAway + (i * Minute / Armed));
    }

    [Benchmark]
    public void ArmAndDisarm()
    {
        _wheel.Arm(_timer, FarAway);
        _wheel.Disarm(_timer);
    }

    /// <summary>A turn of a busy loop, many of which fall into one tick.</summary>
    [Benchmark]
    public void AdvanceWithinATick() => _wheel.Advance(_now);

    /// <summary>A turn in which the next tick has come.</summary>
    [Benchmark]
    public void AdvanceByATick() => _wheel.Advance(_now += TimerWheel.TickMilliseconds);

    /// <summary>What a loop asks before it sleeps.</summary>
    [Benchmark]
    public int MillisecondsToNext() => _wheel.MillisecondsToNext(_now);
}
