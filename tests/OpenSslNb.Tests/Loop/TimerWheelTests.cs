using NUnit.Framework;
using OpenSslNb.Loop;

namespace OpenSslNb.Tests.Loop;

public sealed class TimerWheelTests
{
    private const int Tick = TimerWheel.TickMilliseconds;
    private const int Revolution = 1024 * Tick;

    private readonly List<string> _fired = [];
    private TimerWheel _wheel = null!;

    [SetUp]
    public void Begin()
    {
        _fired.Clear();
        _wheel = new TimerWheel(0);
    }

    [Test]
    public void A_deadline_is_never_early_and_fires_once()
    {
        LoopTimer timer = Named("a");
        _wheel.Arm(timer, 1001);
        Assert.That(timer.IsArmed, Is.True);
        _wheel.Advance(1000);
        Assert.That(_fired, Is.Empty);
        _wheel.Advance(1001 + (2 * Tick));
        Assert.That(_fired, Is.EqualTo(new[] { "a" }));
        Assert.That(timer.IsArmed, Is.False);
        _wheel.Advance(10 * Revolution);
        Assert.That(_fired, Has.Count.EqualTo(1));
        Assert.That(_wheel.Count, Is.Zero);
    }

    [Test]
    public void Arming_again_moves_the_deadline_either_way()
    {
        LoopTimer timer = Named("a");
        _wheel.Arm(timer, 100);
        _wheel.Arm(timer, 500);
        Assert.That(_wheel.Count, Is.EqualTo(1));
        _wheel.Advance(400);
        Assert.That(_fired, Is.Empty, "later");
        _wheel.Arm(timer, 420);
        _wheel.Advance(440);
        Assert.That(_fired, Has.Count.EqualTo(1), "earlier");
    }

    [Test]
    public void A_disarmed_timer_does_not_fire_and_disarming_twice_is_nothing()
    {
        LoopTimer timer = Named("a");
        _wheel.Disarm(timer);
        _wheel.Arm(timer, 100);
        _wheel.Disarm(timer);
        _wheel.Disarm(timer);
        Assert.That(_wheel.Count, Is.Zero);
        Assert.That(_wheel.MillisecondsToNext(0), Is.EqualTo(-1));
        _wheel.Advance(Revolution);
        Assert.That(_fired, Is.Empty);
    }

    [Test]
    public void A_deadline_of_the_past_fires_at_the_next_tick()
    {
        _wheel.Advance(5000);
        _wheel.Arm(Named("a"), 10);
        Assert.That(_fired, Is.Empty, "never inside Arm");
        _wheel.Advance(5000 + (2 * Tick));
        Assert.That(_fired, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Deadlines_fire_in_their_order_whatever_the_order_of_arming()
    {
        int[] dues = [700, 20, 8000, 300, 40, 1500];
        foreach (int due in dues) _wheel.Arm(Named($"{due}"), due);
        _wheel.Advance(Revolution);
        Assert.That(_fired, Is.EqualTo(dues.Order().Select(d => $"{d}")));
    }

    [Test]
    public void A_deadline_many_revolutions_away_waits_for_its_own()
    {
        _wheel.Arm(Named("far"), (5 * Revolution) + 80);
        _wheel.Arm(Named("near"), 80);
        for (long now = 0; now <= (5 * Revolution) + 72; now += 72) _wheel.Advance(now);
        Assert.That(_fired, Is.EqualTo(new[] { "near" }));
        _wheel.Advance((5 * Revolution) + 80 + Tick);
        Assert.That(_fired, Is.EqualTo(new[] { "near", "far" }));
    }

    [Test]
    public void Deadlines_that_are_far_away_do_not_wake_the_loop_for_the_slots_they_pass()
    {
        // As 10,000 idle connections have them: five minutes ahead, one a tick.
        const int Ahead = 300_000;
        for (int i = 0; i < 10_000; i++) _wheel.Arm(Named("idle"), Ahead + (i * Tick));
        int wakes = 0;
        for (long now = 0; now < Ahead - Revolution; wakes++)
        {
            int wait = _wheel.MillisecondsToNext(now);
            Assert.That(wait, Is.Positive);
            now += wait;
            _wheel.Advance(now);
        }

        Assert.That(_fired, Is.Empty);
        Assert.That(wakes, Is.LessThanOrEqualTo(2), "for the block that the first of them are in");
        _wheel.Advance(Ahead + (10_000 * Tick) + Tick);
        Assert.That(_fired, Has.Count.EqualTo(10_000));
    }

    [TestCase(1_023)]
    [TestCase(1_024)]
    [TestCase(1_025)]
    [TestCase(2_047)]
    [TestCase(2_048)]
    [TestCase(1_024 * 1_023)]
    [TestCase(1_024 * 1_024)]
    [TestCase(3 * 1_024 * 1_024)]
    public void A_deadline_at_a_border_of_the_levels_fires_at_its_tick(int tick)
    {
        foreach (int start in new[] { 0, 1, 1_022, 1_023, 1_024 })
        {
            Begin();
            _wheel.Advance(start * (long)Tick);
            _wheel.Arm(Named("border"), (start + tick) * (long)Tick);
            _wheel.Advance((start + tick - 1) * (long)Tick);
            Assert.That(_fired, Is.Empty, $"from {start}, one tick before");
            _wheel.Advance((start + tick) * (long)Tick);
            Assert.That(_fired, Has.Count.EqualTo(1), $"from {start}");
        }
    }

    [Test]
    public void A_jump_of_the_clock_fires_everything_that_is_due_once()
    {
        _wheel.Arm(Named("a"), 100);
        _wheel.Arm(Named("b"), 3 * Revolution);
        _wheel.Arm(Named("later"), 200L * Revolution);
        _wheel.Advance(100L * Revolution);
        Assert.That(_fired, Is.EquivalentTo(new[] { "a", "b" }));
        _wheel.Advance(201L * Revolution);
        Assert.That(_fired, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_callback_may_disarm_its_neighbours_in_the_same_slot()
    {
        LoopTimer[] timers = new LoopTimer[5];
        for (int i = 0; i < timers.Length; i++)
        {
            timers[i] = new ActionTimer(() =>
            {
                _fired.Add("one");
                foreach (LoopTimer timer in timers) _wheel.Disarm(timer);
            });
            _wheel.Arm(timers[i], 100);
        }

        _wheel.Advance(200);
        Assert.That(_fired, Is.EqualTo(new[] { "one" }));
        Assert.That(_wheel.Count, Is.Zero);
    }

    [Test]
    public void A_callback_may_arm_itself_again_and_comes_at_each_deadline()
    {
        long now = 0;
        long due = 100;
        LoopTimer timer = null!;
        timer = new ActionTimer(() =>
        {
            _fired.Add($"{due}");
            due += 100;
            _wheel.Arm(timer, due);
        });
        _wheel.Arm(timer, due);
        for (; now <= 1000 + Tick; now += Tick) _wheel.Advance(now);
        Assert.That(_fired, Is.EqualTo(Enumerable.Range(1, 10).Select(i => $"{i * 100}")));
    }

    [Test]
    public void A_callback_that_arms_a_deadline_of_the_past_does_not_hold_the_wheel()
    {
        LoopTimer timer = null!;
        timer = new ActionTimer(() =>
        {
            _fired.Add("again");
            _wheel.Arm(timer, 0);
        });
        _wheel.Arm(timer, 0);
        _wheel.Advance(10 * Tick);
        Assert.That(_fired, Has.Count.InRange(1, 10), "at most once a tick");
        Assert.That(timer.IsArmed, Is.True);
    }

    [Test]
    public void A_callback_may_arm_another_timer_into_the_slot_that_runs()
    {
        LoopTimer other = Named("a revolution later");
        _wheel.Arm(new ActionTimer(() => _wheel.Arm(other, 80 + Revolution)), 80);
        _wheel.Advance(80 + Tick);
        Assert.That(_fired, Is.Empty);
        _wheel.Advance(80 + Revolution + Tick);
        Assert.That(_fired, Has.Count.EqualTo(1));
    }

    private ActionTimer Named(string name) => new(() => _fired.Add(name));
}
