using NUnit.Framework;
using OpenSslNb.Loop;

namespace OpenSslNb.Tests.Loop;

/// <summary>The wheel against a plain list of deadlines, under a random life with a clock that the test moves.</summary>
public sealed class TimerWheelModelTests
{
    private const int Timers = 200;
    private const int Operations = 20_000;

    private const int Revolution = 1024 * TimerWheel.TickMilliseconds;

    // A deadline is late by less than two ticks.
    private const int Grace = 2 * TimerWheel.TickMilliseconds;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void The_wheel_fires_what_a_list_of_deadlines_fires(int seed)
    {
        var model = new Model(seed, start: seed * 1_000_003L);
        for (int i = 0; i < Operations; i++) model.Step();
        Assert.That(model.FiredCount, Is.GreaterThan(Operations / 10));
    }

    [Test]
    public void A_loop_that_sleeps_as_told_is_never_late_and_does_not_spin()
    {
        var model = new Model(seed: 9, start: 0);
        for (int i = 0; i < Timers; i++) model.ArmOne();
        int wakeUps = 0;
        while (model.SleepToNext()) wakeUps++;
        Assert.That(model.FiredCount, Is.EqualTo(Timers));

        // One a slot that is passed: the furthest deadline is less than 3 revolutions away.
        Assert.That(wakeUps, Is.LessThan(4 * Timers));
    }

    private sealed class Model
    {
        private readonly Random _random;
        private readonly TimerWheel _wheel;
        private readonly LoopTimer[] _timers = new LoopTimer[Timers];

        // Armed timers with the earliest time at which they may fire, and at which they must have fired.
        private readonly Dictionary<int, (long NotBefore, long DueFrom)> _armed = [];
        private long _now;
        private long _lastTick;
        private bool _hasJumped;

        public Model(int seed, long start)
        {
            _random = new Random(seed);
            _now = start;
            _wheel = new TimerWheel(start);
            for (int i = 0; i < Timers; i++)
            {
                int index = i;
                _timers[i] = new ActionTimer(() => OnFired(index));
            }
        }

        public int FiredCount { get; private set; }

        public void Step()
        {
            switch (_random.Next(10))
            {
                case < 4:
                    ArmOne();
                    break;
                case 4:
                    int index = _random.Next(Timers);
                    _wheel.Disarm(_timers[index]);
                    _armed.Remove(index);
                    break;
                case 5 when _random.Next(50) == 0:
                    Advance(_random.Next(50_000));
                    break;
                default:
                    Advance(_random.Next(60));
                    break;
            }

            Assert.That(_wheel.Count, Is.EqualTo(_armed.Count));
            CheckNext();
        }

        public void ArmOne()
        {
            int index = _random.Next(Timers);
            while (_armed.ContainsKey(index) && _armed.Count < Timers) index = _random.Next(Timers);
            long due = _now + _random.Next(-50, _random.Next(20) == 0 ? 20_000 : 500);
            _wheel.Arm(_timers[index], due);
            _armed[index] = (due, Math.Max(due, _now));
        }

        public bool SleepToNext()
        {
            int wait = _wheel.MillisecondsToNext(_now);
            if (wait < 0) return false;
            Advance(wait);
            return true;
        }

        private void Advance(int milliseconds)
        {
            _now += milliseconds;
            _lastTick = long.MinValue;
            _hasJumped = milliseconds > Revolution;
            _wheel.Advance(_now);
            foreach ((int index, (long _, long dueFrom)) in _armed) Assert.That(dueFrom, Is.GreaterThan(_now - Grace), $"timer {index} is overdue at {_now}");
        }

        // Sleeping until then must not make anything late, and must end.
        private void CheckNext()
        {
            int wait = _wheel.MillisecondsToNext(_now);
            if (_armed.Count == 0) Assert.That(wait, Is.EqualTo(-1));
            else Assert.That(wait, Is.InRange(0, _armed.Values.Min(d => d.DueFrom) - _now + Grace));
        }

        private void OnFired(int index)
        {
            FiredCount++;
            Assert.That(_armed.Remove(index, out (long NotBefore, long DueFrom) deadline), Is.True, "fired though not armed");
            Assert.That(deadline.NotBefore, Is.LessThanOrEqualTo(_now), "early");

            // After a jump over a whole revolution slots are visited once, in the wheel's order.
            if (!_hasJumped) Assert.That(_timers[index].DueTick, Is.GreaterThanOrEqualTo(_lastTick), "order");
            _lastTick = _timers[index].DueTick;
        }
    }
}
