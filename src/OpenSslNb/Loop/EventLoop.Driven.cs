using OpenSslNb.Polling;

namespace OpenSslNb;

/// <content>Loops without a thread of their own, for programs that have a loop already.</content>
public sealed partial class EventLoop
{
    // The loop's thread alone: a turn from inside a turn would run callbacks inside callbacks.
    private bool _isInTurn;

    /// <summary>
    /// Makes a loop without a thread: the calling thread is the loop's, and gives it each of its turns, with <see cref="RunTurn"/> when <see cref="PollDescriptor"/> is readable or <see cref="MillisecondsToNextTurn"/> are over, or with
    /// <see cref="RunUntil"/>. It alone may dispose the loop, and not from a callback.
    /// </summary>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <exception cref="IOException">The poller or the wake-up descriptor could not be had.</exception>
    public static EventLoop CreateDriven(EventLoopOptions? options = null)
    {
        var loop = new EventLoop(options ?? new EventLoopOptions(), isDriven: true);
        loop.Sleep();
        return loop;
    }

    /// <summary>What another loop waits for: readable, level-triggered, when there is something to do. It stays the same and belongs to this loop. With <see cref="PollerKind.Epoll"/> alone.</summary>
    /// <exception cref="NotSupportedException">The loop's poller has no descriptor.</exception>
    public int PollDescriptor => _poller is EpollPoller epoll ? epoll.Descriptor : throw new NotSupportedException("poll(2) has no descriptor to wait for: use PollerKind.Epoll");

    /// <summary>Milliseconds until the next turn is due even if <see cref="PollDescriptor"/> is not readable: 0 for at once, -1 for never. Ask after each turn, and after calls on what lives on the loop. On the loop's thread.</summary>
    public int MillisecondsToNextTurn => HasWork ? 0 : MillisecondsToNextTimer;

    /// <summary>One turn of a driven loop: takes what is ready, and does not wait.</summary>
    /// <returns>True when there is more to do at once.</returns>
    /// <exception cref="InvalidOperationException">The loop has a thread of its own, this is not the thread that made it, or it is in a turn.</exception>
    public bool RunTurn()
    {
        EnterDriven();
        try
        {
            if (_stopRequested) return false;
            Volatile.Write(ref _sleeping, 0);
            Turn(mayWait: false);
            Sleep();
            return HasWork;
        }
        finally
        {
            _isInTurn = false;
        }
    }

    /// <summary>Turns of a driven loop, which sleeps between them while there is nothing to do, until the condition holds.</summary>
    /// <param name="isOver">Asked after each turn. Whoever changes it from another thread wakes the loop with <see cref="Post(Action)"/>.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="RunTurn"/>.</exception>
    public void RunUntil(Func<bool> isOver)
    {
        ArgumentNullException.ThrowIfNull(isOver);
        EnterDriven();
        try
        {
            while (!_stopRequested && !isOver()) Turn();
            Sleep();
        }
        finally
        {
            _isInTurn = false;
        }
    }

    // From here on whoever posts wakes the descriptor. What was posted just before is seen by the look at the inbox that follows.
    private void Sleep() => Interlocked.Exchange(ref _sleeping, 1);

    private void EnterDriven()
    {
        if (!_isDriven) throw new InvalidOperationException("this loop has a thread of its own: make one with CreateDriven");
        if (!IsCurrent) throw new InvalidOperationException("a driven loop has its turns on the thread that made it");
        if (_isInTurn) throw new InvalidOperationException("the loop is in a turn: not from inside a callback");
        _isInTurn = true;
    }
}
