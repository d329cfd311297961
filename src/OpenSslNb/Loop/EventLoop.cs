using OpenSslNb.Loop;
using OpenSslNb.Metrics;
using OpenSslNb.Polling;

namespace OpenSslNb;

/// <summary>One thread that waits for readiness and gives each connection its turn. A connection lives on one loop for its whole life.</summary>
/// <remarks>
/// Callbacks of connections run on the loop's thread and must not block: everything else on this loop waits meanwhile. The members below may be used from any thread.
/// An idle loop sleeps in the kernel and uses no CPU.
/// </remarks>
public sealed partial class EventLoop : IDisposable
{
    private const int EventsPerWait = 256;

    private readonly EventLoopOptions _options;
    private readonly IPoller _poller;
    private readonly Waker _waker;
    private readonly Inbox _inbox = new();
    private readonly SourceTable _sources = new();
    private readonly TimerWheel _timers;
    private readonly AdaptiveSpin _spin;
    private readonly Queue<LoopSource> _readyList = new();
    private readonly PollEvent[] _events = new PollEvent[EventsPerWait];
    private readonly Thread _thread;

    // The loop has no thread of its own: whoever made it gives it its turns.
    private readonly bool _isDriven;
    private readonly long _clockStart;

    // 1 from before the last look at the inbox until after the wait: only then does a poster need to wake us.
    private int _sleeping;
    private volatile bool _stopRequested;
    private volatile bool _stopped;
    private int _handshakesLeft;

    /// <summary>Makes a loop and starts its thread.</summary>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <exception cref="IOException">The poller or the wake-up descriptor could not be had.</exception>
    public EventLoop(EventLoopOptions? options = null)
        : this(options ?? new EventLoopOptions(), isDriven: false) => _thread.Start();

    private EventLoop(EventLoopOptions options, bool isDriven)
    {
        _options = options;
        _isDriven = isDriven;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BytesPerTurn, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.HandshakesPerTurn, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.SpinTime, TimeSpan.Zero, nameof(options));
        _spin = new AdaptiveSpin(_options.SpinTime);
        _clockStart = _options.Clock.GetTimestamp();
        _timers = new TimerWheel(0);
        (_poller, _waker) = CreatePoller(_options.Poller);
        Figures = new LoopFigures(_options.Name, _options.Clock, _sources.SumQueuedBytes);
        Instruments.Add(Figures);
        _thread = isDriven ? Thread.CurrentThread : new Thread(Run) { IsBackground = true, Name = _options.Name };
    }

    /// <summary>True on the loop's own thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Connections, listeners and attempts to connect that live on this loop now. Exact on the loop's thread, a snapshot elsewhere.</summary>
    public int SourceCount => _sources.Count;

    /// <summary>Runs an action on the loop's thread, after what was posted before it.</summary>
    /// <param name="action">Must not block. If it throws, the loop goes on and the exception goes to <see cref="UnhandledCallbackException"/>.</param>
    /// <returns>False when the loop has stopped: the action will not run. An action that is posted while the loop stops may not run either.</returns>
    public bool Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Post(new PostedAction(this, action));
    }

    /// <summary>Raised on the loop's thread when a posted action, or a handler's <see cref="TlsConnectionHandler.OnClosed"/>, threw.</summary>
    public event Action<Exception>? UnhandledCallbackException;

    /// <summary>Stops the loop: connections on it end as <see cref="CloseReason.Disposed"/>, then the thread ends. Waits for that, unless called on the loop's own thread. May be called again.</summary>
    /// <exception cref="InvalidOperationException">A driven loop, in its own turn or on another thread than the one that made it.</exception>
    public void Dispose()
    {
        if (_isDriven)
        {
            StopDriven();
            return;
        }

        _stopRequested = true;
        Interlocked.MemoryBarrier();
        WakeIfSleeping();
        if (!IsCurrent) _thread.Join();
    }

    /// <summary>Time on the loop's clock in milliseconds since the loop began, as of the start of this turn.</summary>
    internal long Now { get; private set; }

    /// <summary>The clock's time since its zero, as fine as it goes. From any thread.</summary>
    internal TimeSpan ClockTime => _options.Clock.GetElapsedTime(0);

    /// <summary>Turns so far: how often the poller's wait has returned. On the loop's thread.</summary>
    internal long TurnCount { get; private set; }

    internal int BytesPerTurn => _options.BytesPerTurn;

    /// <summary>What is counted here.</summary>
    internal LoopFigures Figures { get; }

    /// <summary>What the rooms above keep per loop: buffers, pools, counters. Disposed when the loop has stopped.</summary>
    internal IDisposable? Resources;

    /// <summary>Puts an item into the inbox. False, and the item is not run, when the loop has stopped.</summary>
    internal bool Post(InboxItem item)
    {
        if (_stopped) return false;
        _inbox.Post(item);
        WakeIfSleeping();

        // The loop may have looked for the last time before our item came: then nobody else will.
        if (_stopped) AbandonInbox();
        return true;
    }

    /// <summary>Handshakes that one turn may work on, and connections that a listener may accept in it.</summary>
    internal int HandshakesPerTurn => _options.HandshakesPerTurn;

    /// <summary>Takes one of this turn's handshakes; false when they are used up and the source should ask for another turn.</summary>
    internal bool TryTakeHandshake() => _handshakesLeft > 0 && --_handshakesLeft >= 0;

    internal void Attach(LoopSource source) => _sources.Add(source);

    /// <summary>Ends the source's registration; its descriptor may be closed after this.</summary>
    internal void Detach(LoopSource source)
    {
        if (source.Index < 0) return;
        SetInterest(source, Interest.None);
        _sources.Remove(source);
    }

    /// <summary>Makes the poller wait for exactly this.</summary>
    internal void SetInterest(LoopSource source, Interest interest)
    {
        Interest registered = source.Registered;
        if (interest == registered) return;
        if (registered == Interest.None) _poller.Add(source.Fd, _sources.TokenOf(source), interest);
        else if (interest == Interest.None) _poller.Remove(source.Fd);
        else _poller.Modify(source.Fd, _sources.TokenOf(source), interest);
        source.Registered = interest;
    }

    /// <summary>Asks for a turn without an event: there is work that no poller can see.</summary>
    internal void ScheduleTurn(LoopSource source)
    {
        if (source.OnReadyList) return;
        source.OnReadyList = true;
        _readyList.Enqueue(source);
    }

    internal void Arm(LoopTimer timer, TimeSpan after) => _timers.Arm(timer, ReadClock() + (long)Math.Ceiling(after.TotalMilliseconds));

    internal void Disarm(LoopTimer timer) => _timers.Disarm(timer);

    /// <summary>A callback threw where there is nobody else to tell.</summary>
    internal void ReportUnhandled(Exception exception) => UnhandledCallbackException?.Invoke(exception);

    // Both or neither.
    private static (IPoller Poller, Waker Waker) CreatePoller(PollerKind kind)
    {
        Waker? waker = null;
        IPoller poller = kind == PollerKind.Poll ? new PollPoller() : new EpollPoller();
        try
        {
            waker = new Waker();
            poller.Add(waker.Fd, SourceTable.WakerToken, Interest.Read);
            return (poller, waker);
        }
        catch
        {
            waker?.Dispose();
            poller.Dispose();
            throw;
        }
    }

    private long ReadClock() => (long)_options.Clock.GetElapsedTime(_clockStart).TotalMilliseconds;

    private void WakeIfSleeping()
    {
        // Post's compare-exchange is the fence between our item and this read; Run's is between its flag and its look at the inbox.
        if (Volatile.Read(ref _sleeping) == 1 && Interlocked.Exchange(ref _sleeping, 0) == 1) _waker.Wake();
    }

    private void AbandonInbox()
    {
        for (InboxItem? item = _inbox.TakeAll(); item is not null;)
        {
            InboxItem? next = item.NextInInbox;
            item.NextInInbox = null;
            item.OnAbandoned();
            item = next;
        }
    }

    private sealed class PostedAction(EventLoop loop, Action action) : InboxItem
    {
        protected internal override void RunOnLoop()
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                loop.ReportUnhandled(e);
            }
        }
    }
}
