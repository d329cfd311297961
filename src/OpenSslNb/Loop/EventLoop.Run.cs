using OpenSslNb.Loop;
using OpenSslNb.Metrics;
using OpenSslNb.Polling;

namespace OpenSslNb;

/// <content>The turn: wait, events, inbox, timers, ready list.</content>
public sealed partial class EventLoop
{
    private void Run()
    {
        SignalMask.BlockSigPipe();
        try
        {
            while (!_stopRequested) Turn();
        }
        finally
        {
            Stop();
        }
    }

    /// <summary>True when a turn would find something to do that no poller and no timer tells.</summary>
    internal bool HasWork => _readyList.Count > 0 || !_inbox.IsEmpty;

    /// <summary>True when the poller has something to report; it will report it again.</summary>
    internal bool HasEvents => _poller.Wait(_events, 0) > 0;

    /// <summary>Milliseconds until the next timer is due; -1 when none is armed.</summary>
    internal int MillisecondsToNextTimer => _timers.MillisecondsToNext(ReadClock());

    private void Turn(bool mayWait = true)
    {
        int count = mayWait ? Wait() : _poller.Wait(_events, 0);
        bool isMeasured = Figures.TryBeginTurn();
        TurnCount++;
        Now = ReadClock();
        _handshakesLeft = _options.HandshakesPerTurn;
        for (int i = 0; i < count; i++) Dispatch(_events[i]);
        RunInbox();
        _timers.Advance(Now);
        RunReadyList();
        if (isMeasured) Figures.EndTurn();
    }

    private int Wait()
    {
        int timeout = 0;
        if (_readyList.Count == 0)
        {
            if (_spin.TryBegin() && Spin() is > 0 and int found) return found;
            timeout = _timers.MillisecondsToNext(ReadClock());
            Interlocked.Exchange(ref _sleeping, 1);
            if (!_inbox.IsEmpty || _stopRequested) timeout = 0;
        }

        int count = _poller.Wait(_events, timeout);
        Volatile.Write(ref _sleeping, 0);
        return count;
    }

    // 0 when it is time to sleep, or when there is something to do that is no event.
    private int Spin()
    {
        do
        {
            int count = _poller.Wait(_events, 0);
            if (count > 0)
            {
                _spin.Succeed();
                return count;
            }

            // Posted items need no wake-up now, and a timer may be due.
            if (!_inbox.IsEmpty || _stopRequested || _timers.MillisecondsToNext(ReadClock()) == 0) return 0;
        }
        while (_spin.GoesOn());
        return 0;
    }

    private void Dispatch(in PollEvent pollEvent)
    {
        if (pollEvent.Token == SourceTable.WakerToken)
        {
            _waker.Drain();
            return;
        }

        // A source that was closed earlier in this turn has no entry any more, even if its index is taken again.
        if (_sources.Find(pollEvent.Token) is not { } source) return;
        try
        {
            source.OnReady(pollEvent.Ready, pollEvent.HungUp);
        }
        catch (Exception e)
        {
            source.OnFault(e);
        }
    }

    private void RunInbox()
    {
        for (InboxItem? item = _inbox.TakeAll(); item is not null;)
        {
            // Read before it runs: the item may be posted again by then.
            InboxItem? next = item.NextInInbox;
            item.NextInInbox = null;
            try
            {
                item.RunOnLoop();
            }
            catch (Exception e) when (item is LoopSource source)
            {
                source.OnFault(e);
            }

            item = next;
        }
    }

    private void RunReadyList()
    {
        // Who asks for a turn during its turn gets it in the next one, after the poller was asked.
        for (int count = _readyList.Count; count > 0; count--)
        {
            LoopSource source = _readyList.Dequeue();
            source.OnReadyList = false;
            if (source.Index < 0) continue;
            try
            {
                source.OnTurn();
            }
            catch (Exception e)
            {
                source.OnFault(e);
            }
        }
    }

    private void Stop()
    {
        RunInbox();
        foreach (LoopSource source in _sources.Snapshot()) StopSource(source);
        _stopped = true;
        Instruments.Remove(Figures);

        // Post puts in and then looks at the flag; we set the flag and then look at the inbox. Without the fence both could look too early, and the item would be lost.
        Interlocked.MemoryBarrier();
        AbandonInbox();
        Volatile.Read(ref Resources)?.Dispose();
        _poller.Dispose();
        _waker.Dispose();
    }

    private void StopDriven()
    {
        if (_isInTurn) throw new InvalidOperationException("a driven loop cannot be disposed from inside its own turn");
        if (!IsCurrent) throw new InvalidOperationException("a driven loop is disposed by the thread that made it");
        _stopRequested = true;
        if (!_stopped) Stop();
    }

    private static void StopSource(LoopSource source)
    {
        try
        {
            source.OnLoopStopping();
        }
        catch (Exception e)
        {
            source.OnFault(e);
        }
    }
}
