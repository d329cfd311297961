using System.Runtime.InteropServices;
using NUnit.Framework;
using OpenSslNb.Polling;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Polling;

[TestFixture(PollerKind.Epoll)]
[TestFixture(PollerKind.Poll)]
public sealed partial class WakerTests(PollerKind kind)
{
    private const int SigWinch = 28;

    [Test]
    public void Many_wakes_are_one_event_and_draining_ends_it()
    {
        using IPoller poller = PollerTests.Create(kind);
        using var waker = new Waker();
        var events = new PollEvent[16];
        poller.Add(waker.Fd, new Token(1), Interest.Read);
        Assert.That(poller.Wait(events, 0), Is.Zero);
        Parallel.For(0, 100, _ => waker.Wake());
        Assert.That(poller.Wait(events, 0), Is.EqualTo(1));
        Assert.That(events[0], Is.EqualTo(new PollEvent(new Token(1), Interest.Read, HungUp: false)));
        waker.Drain();
        Assert.That(poller.Wait(events, 0), Is.Zero);
        waker.Drain();
        waker.Wake();
        Assert.That(poller.Wait(events, 0), Is.EqualTo(1), "draining an empty one takes nothing from the next wake");
    }

    [Test]
    public void A_wake_ends_the_wait_of_another_thread()
    {
        using IPoller poller = PollerTests.Create(kind);
        using var waker = new Waker();
        poller.Add(waker.Fd, new Token(1), Interest.Read);
        Task<int> waiting = Task.Factory.StartNew(() => poller.Wait(new PollEvent[1], -1), TaskCreationOptions.LongRunning);
        waker.Wake();
        Assert.That(waiting.Wait(Bench.Deadline), Is.True);
        Assert.That(waiting.Result, Is.EqualTo(1));
    }

    [Test]
    public void A_late_wake_does_not_touch_the_successor_of_a_closed_descriptor()
    {
        // Another thread of the process may take the number instead: then again.
        int attempts = 0;
        while (!WakesNoSuccessor()) Assert.That(++attempts, Is.LessThan(1000), "the number of a closed descriptor is taken again sooner or later");
    }

    private bool WakesNoSuccessor()
    {
        using IPoller poller = PollerTests.Create(kind);
        var closed = new Waker();
        int fd = closed.Fd;
        closed.Dispose();
        closed.Dispose();
        using var successor = new Waker();
        if (successor.Fd != fd) return false;
        poller.Add(successor.Fd, new Token(1), Interest.Read);
        closed.Wake();
        Assert.That(poller.Wait(new PollEvent[1], 0), Is.Zero);
        return true;
    }

    [Test]
    public async Task A_signal_ends_a_wait_without_an_event_and_without_a_fault()
    {
        // Registered so that the signal has a handler: one that is ignored interrupts nothing.
        using var registration = PosixSignalRegistration.Create((PosixSignal)SigWinch, context => context.Cancel = true);
        using IPoller poller = PollerTests.Create(kind);
        using var release = new ManualResetEventSlim();
        var thread = new TaskCompletionSource<nint>();
        var result = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = new Thread(() =>
        {
            thread.SetResult(pthread_self());
            try
            {
                result.SetResult(poller.Wait(new PollEvent[1], -1));
            }
            catch (IOException e)
            {
                result.SetException(e);
            }

            release.Wait();
        })
        { IsBackground = true };
        waiter.Start();
        nint id = await thread.Task;

        // Again and again: the first may come before the wait.
        await Eventually.BecomesTrue(() => result.Task.IsCompleted || pthread_kill(id, SigWinch) != 0, "the wait ends by the signal");
        Assert.That(await result.Task.WaitAsync(Bench.Deadline), Is.Zero);
        release.Set();
        waiter.Join();
    }

    [LibraryImport("libc")]
    private static partial nint pthread_self();

    [LibraryImport("libc")]
    private static partial int pthread_kill(nint thread, int signal);
}
