using System.Collections.Concurrent;
using NUnit.Framework;
using OpenSslNb.Loop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Loop;

[TestFixture(PollerKind.Epoll)]
[TestFixture(PollerKind.Poll)]
public sealed class EventLoopTests(PollerKind kind)
{
    private EventLoop _loop = null!;

    [SetUp]
    public void Begin() => _loop = new EventLoop(new EventLoopOptions { Poller = kind });

    [TearDown]
    public void End() => _loop.Dispose();

    [Test]
    public async Task Actions_run_on_the_loops_thread_in_the_order_of_posting()
    {
        var ran = new List<int>();
        bool onLoop = true;
        for (int i = 0; i < 1000; i++)
        {
            int number = i;
            Assert.That(_loop.Post(() =>
            {
                onLoop &= _loop.IsCurrent;
                ran.Add(number);
            }), Is.True);
        }

        await Passed();
        Assert.That(ran, Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(onLoop, Is.True);
        Assert.That(_loop.IsCurrent, Is.False);
    }

    [Test]
    public async Task What_an_action_posts_runs_after_the_action()
    {
        var ran = new List<string>();
        _loop.Post(() =>
        {
            _loop.Post(() => ran.Add("inner"));
            ran.Add("outer");
        });
        await Passed();
        await Passed();
        Assert.That(ran, Is.EqualTo(new[] { "outer", "inner" }));
    }

    [Test]
    public async Task An_action_that_throws_is_reported_and_the_loop_goes_on()
    {
        var reported = new ConcurrentQueue<(Exception Exception, bool OnLoop)>();
        _loop.UnhandledCallbackException += e => reported.Enqueue((e, _loop.IsCurrent));
        var first = new InvalidOperationException("first");
        var second = new InvalidOperationException("second");
        _loop.Post(() => throw first);
        _loop.Post(() => throw second);
        await Passed();
        Assert.That(reported, Is.EqualTo(new[] { (first, true), (second, true) }));
    }

    [Test]
    public async Task An_action_that_throws_without_a_listener_does_no_harm()
    {
        _loop.Post(() => throw new InvalidOperationException("nobody hears it"));
        await Passed();
    }

    [Test]
    public async Task A_sleeping_loop_is_woken_by_every_post_of_any_thread()
    {
        const int Threads = 8;
        const int Rounds = 2000;
        int ran = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            // Each waits for its own before it posts the next, so that the loop falls asleep again and again: a wake-up that is lost is waited for in vain.
            for (int i = 0; i < Rounds; i++)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _loop.Post(() =>
                {
                    ran++;
                    done.SetResult();
                });
                await done.Task;
            }
        }))).WaitAsync(Bench.Deadline);
        Assert.That(ran, Is.EqualTo(Threads * Rounds));
    }

    [Test]
    public async Task Nothing_is_lost_when_threads_post_without_waiting_and_each_threads_order_stays()
    {
        const int Threads = 6;
        const int PerThread = 20_000;
        int[] next = new int[Threads];
        int misplaced = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < PerThread; i++)
            {
                int number = i;
                _loop.Post(() =>
                {
                    if (next[t]++ != number) misplaced++;
                });
            }
        }))).WaitAsync(Bench.Deadline);
        await Passed();
        Assert.That(next, Is.All.EqualTo(PerThread));
        Assert.That(misplaced, Is.Zero);
    }

    [Test]
    public async Task A_timer_that_is_armed_from_an_action_wakes_the_loop()
    {
        var due = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var timer = new ActionTimer(() => due.TrySetResult(_loop.IsCurrent));
        _loop.Post(() => _loop.Arm(timer, TimeSpan.FromMilliseconds(30)));
        Assert.That(await due.Task.WaitAsync(Bench.Deadline), Is.True);
    }

    [Test]
    public void Dispose_waits_until_the_action_that_runs_has_ended()
    {
        using var begun = new ManualResetEventSlim();
        bool ended = false;
        _loop.Post(() =>
        {
            begun.Set();
            for (int i = 0; i < 100; i++) Thread.Yield();
            ended = true;
        });
        Assert.That(begun.Wait(Bench.Deadline), Is.True);
        _loop.Dispose();
        Assert.That(ended, Is.True);
    }

    [Test]
    public async Task What_was_posted_before_Dispose_runs()
    {
        int ran = 0;
        for (int i = 0; i < 100; i++) Assert.That(_loop.Post(() => ran++), Is.True);
        await Task.Run(_loop.Dispose).WaitAsync(Bench.Deadline);
        Assert.That(ran, Is.EqualTo(100));
    }

    [Test]
    public async Task After_Dispose_a_post_is_refused_and_does_not_run()
    {
        await Task.Run(_loop.Dispose).WaitAsync(Bench.Deadline);
        bool ran = false;
        Assert.That(_loop.Post(() => ran = true), Is.False);
        Assert.That(ran, Is.False);
    }

    [Test]
    public async Task Dispose_may_be_called_on_the_loops_own_thread()
    {
        var returned = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            _loop.Dispose();
            returned.SetResult(_loop.IsCurrent);
        });
        Assert.That(await returned.Task.WaitAsync(Bench.Deadline), Is.True);
        await Task.Run(_loop.Dispose).WaitAsync(Bench.Deadline);
        Assert.That(_loop.Post(() => { }), Is.False);
    }

    [Test]
    public async Task Dispose_may_be_called_by_many_threads_at_once_and_again()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(_loop.Dispose))).WaitAsync(Bench.Deadline);
        await Task.Run(_loop.Dispose).WaitAsync(Bench.Deadline);
        Assert.That(_loop.Post(() => { }), Is.False);
    }

    [Test]
    public void Budgets_below_one_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventLoop(new EventLoopOptions { BytesPerTurn = 0 }).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventLoop(new EventLoopOptions { HandshakesPerTurn = 0 }).Dispose());
    }

    private Task Passed()
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.That(_loop.Post(passed.SetResult), Is.True);
        return passed.Task.WaitAsync(Bench.Deadline);
    }
}
