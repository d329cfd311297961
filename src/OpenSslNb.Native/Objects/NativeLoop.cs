using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_loop</c>: a loop, what C has on it, and where callbacks stand.</summary>
internal sealed class NativeLoop(EventLoop loop, bool isDriven)
{
    private readonly Lock _gate = new();

    // Guarded by _gate: what has to be told of the loop's end.
    private readonly HashSet<NativeConn> _conns = [];
    private readonly HashSet<NativeTimer> _timers = [];
    private bool _isEnding;

    // The loop's thread alone: callbacks of C that are on the stack, and turns.
    private int _depth;
    private bool _isInTurn;
    private int _freeing;

    // Where the loop's last callbacks come once its own thread is gone.
    private Thread? _ender;
    private int _stopAsked;

    public EventLoop Loop => loop;

    public bool IsDriven => isDriven;

    public nint Handle { get; set; }

    /// <summary>A connection has OpenSSL's own transport, which writes without MSG_NOSIGNAL.</summary>
    public bool UsesDescriptors { get; set; }

    /// <summary>The loop works on a thread of the host, which has to find it as it was.</summary>
    public bool NeedsGuard => isDriven && !_isInTurn && loop.IsCurrent;

    public void EnterCallback() => _depth++;

    public void LeaveCallback() => _depth--;

    /// <summary>On the loop's thread, or on the one that ends it when that one is gone.</summary>
    public bool IsCurrent => loop.IsCurrent || Thread.CurrentThread == _ender;

    public void RequireCurrent()
    {
        if (!IsCurrent) throw new Refusal(Result.WrongThread, "this must be called on the loop's thread: see onb_loop_post");
    }

    public bool Turn()
    {
        BeginTurn();
        try
        {
            using HostThread host = HostThread.Enter(UsesDescriptors);
            return loop.RunTurn();
        }
        finally
        {
            _isInTurn = false;
        }
    }

    public void RunUntilStopped()
    {
        BeginTurn();
        try
        {
            using HostThread host = HostThread.Enter(blocksSigPipe: true);
            loop.RunUntil(() => Volatile.Read(ref _stopAsked) != 0);
            Volatile.Write(ref _stopAsked, 0);
        }
        finally
        {
            _isInTurn = false;
        }
    }

    public void Stop()
    {
        if (!isDriven) throw new Refusal(Result.NotSupported, "a loop with a thread of its own is not stopped but freed");
        Volatile.Write(ref _stopAsked, 1);
        loop.Post(static () => { });
    }

    /// <exception cref="Refusal">It would never be told of its end.</exception>
    public void Add(NativeConn conn)
    {
        lock (_gate)
        {
            if (_isEnding) throw Refusal.State("the loop is being freed");
            _conns.Add(conn);
        }
    }

    public void Remove(NativeConn conn)
    {
        lock (_gate) _conns.Remove(conn);
    }

    public void Add(NativeTimer timer)
    {
        lock (_gate) _timers.Add(timer);
    }

    public void Remove(NativeTimer timer)
    {
        lock (_gate) _timers.Remove(timer);
    }

    public void Free()
    {
        if (isDriven) RequireCurrent();
        if (loop.IsCurrent && (_depth > 0 || _isInTurn || !isDriven)) throw new Refusal(Result.Reentrant, "a loop cannot be freed from inside its own callbacks");
        if (Interlocked.Exchange(ref _freeing, 1) != 0) throw new Refusal(Result.BadHandle, "the loop is being freed already");
        lock (_gate) _isEnding = true;
        _isInTurn = isDriven;
        if (isDriven)
        {
            using HostThread host = HostThread.Enter(blocksSigPipe: true);
            loop.Dispose();
        }
        else
        {
            loop.Dispose();
        }

        EndRest();
        HandleTable.TryRemove(Handle);
    }

    // Those that the loop never saw, such as attempts to connect whose name was still being looked up.
    private void EndRest()
    {
        _ender = Thread.CurrentThread;
        NativeConn[] conns;
        NativeTimer[] timers;
        lock (_gate)
        {
            conns = [.. _conns];
            timers = [.. _timers];
            _timers.Clear();
        }

        foreach (NativeTimer timer in timers) HandleTable.TryRemove(timer.Handle);
        foreach (NativeConn conn in conns) conn.Finish(new CloseOutcome(CloseReason.Disposed));
        _ender = null;
    }

    private void BeginTurn()
    {
        if (!isDriven) throw new Refusal(Result.NotSupported, "this loop has a thread of its own: make one with onb_loop_new_driven");
        RequireCurrent();
        if (_isInTurn || _depth > 0) throw new Refusal(Result.Reentrant, "not from inside a callback of the loop");
        _isInTurn = true;
    }
}
