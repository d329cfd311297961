using System.Runtime.CompilerServices;
using OpenSslNb.Engine;

namespace OpenSslNb.Connections;

/// <content>What any thread may send: copied under a lock, moved to the machine in the next turn.</content>
internal sealed partial class ConnectionDriver
{
    private readonly Lock _outboundGuard;

    // Guarded by _outboundGuard: sent and not yet given to the machine, in call order.
    private readonly OutboundQueue _posted;

    // Set under the guard after every send, cleared under it by the loop. The loop looks without the guard: whoever sends from elsewhere gives it another turn afterwards.
    private volatile bool _hasPosted;

    // Guarded by _outboundGuard: who posted first since the loop last took all has told it, or is about to. Those who come after need not.
    private bool _isLoopTold;

    // Guarded by _outboundGuard.
    private bool _closedToSends;

    // Guarded by _outboundGuard: a send was given up after some of its bytes. Nothing may follow them, neither data nor close_notify.
    private bool _isCutShort;

    // Plaintext bytes that were ever sent, and that OpenSSL has ever taken; the difference is queued. The first is written under the guard, the second by the loop alone: neither needs a locked instruction.
    private long _accepted;
    private long _written;

    // After a send was refused: 1 + the queue length at which the handler must be told; 0 when nothing is owed. Set under the guard, cleared by the loop.
    private long _owedLowWater;

    /// <summary>Plaintext bytes that OpenSSL has not taken yet.</summary>
    public override long QueuedBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // In this order, so that it is never less than there is.
            long written = Volatile.Read(ref _written);
            return Volatile.Read(ref _accepted) - written;
        }
    }

    /// <summary>From any thread.</summary>
    public SendResult TrySend(ReadOnlySpan<byte> data)
    {
        if (data.Length > _options.OutboundLimit)
        {
            throw new ArgumentException($"{data.Length} bytes can never fit the outbound limit of {_options.OutboundLimit}: send less at a time, use SendAsync, or raise TlsConnectionOptions.OutboundLimit", nameof(data));
        }

        if (data.Length >= LeastAtOnce && TrySendAtOnce(data)) return SendResult.Queued;
        SendResult result = Offer(data, out bool isFirst, out SendMoment moment);
        if (data.IsEmpty) return result;
        TraceSend(moment, result == SendResult.Queued ? TlsTraceEvent.SendQueued : TlsTraceEvent.SendRefused, data.Length);
        if (isFirst) Schedule();
        return result;
    }

    // A send is told outside the guard, as of the moment under it: by then the loop may have written it already.
    private readonly record struct SendMoment(TimeSpan Time, long Queued);

    private SendResult Offer(ReadOnlySpan<byte> data, out bool isFirst, out SendMoment moment)
    {
        isFirst = false;
        lock (_outboundGuard)
        {
            moment = NoteMoment();
            if (_closedToSends) return SendResult.Closed;
            if (data.IsEmpty) return SendResult.Queued;
            if (HasWaiters || QueuedBytes + data.Length > _options.OutboundLimit)
            {
                // Owed before the last look at the queue, which the loop may empty right now: one of the two sees the other.
                OweLowWater(_options.OutboundLimit - data.Length);
                if (HasWaiters || QueuedBytes + data.Length > _options.OutboundLimit) return SendResult.Full;
            }

            isFirst = Enqueue(data);
            moment = NoteMoment();
            return SendResult.Queued;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SendMoment NoteMoment() => _trace is null ? default : new(_trace.Now, QueuedBytes);

    private void TraceSend(SendMoment moment, TlsTraceEvent what, long bytes) => _trace?.Application(moment.Time, what, bytes, moment.Queued);

    /// <summary>As if a send had been refused: the handler is told once the queue is no longer than the low-water mark. In a turn.</summary>
    public void AskLowWater()
    {
        lock (_outboundGuard) OweLowWater(_options.OutboundLimit);
    }

    // Under the guard. Never told while the refused send would be refused again, or the two would chase each other.
    private void OweLowWater(int fits)
    {
        long owed = Math.Min(LowWaterMark, fits) + 1;
        long before = Volatile.Read(ref _owedLowWater);
        Interlocked.Exchange(ref _owedLowWater, before == 0 ? owed : Math.Min(before, owed));
    }

    private int LowWaterMark => Math.Min(_options.LowWaterMark, _options.OutboundLimit);

    // Under the guard. True when the caller has to tell the loop, once the guard is released.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Enqueue(ReadOnlySpan<byte> data)
    {
        Accept(data.Length);
        if (IsOnTurn && _posted.IsEmpty && _resend.IsEmpty)
        {
            // From a callback, with nothing before it on the way to the machine: it need not be moved there later.
            _machine.Outbound.Append(data);
            _machine.AskWrite();
            return false;
        }

        _posted.Append(data);
        return NotePosted();
    }

    // Under the guard. Telling the loop costs a fence: one of many posters does it for all. Inside its turn the loop needs no telling, and what was not told must not keep others from it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool NotePosted()
    {
        _hasPosted = true;
        if (_isLoopTold || (_inTurn && _loop.IsCurrent)) return false;
        return _isLoopTold = true;
    }

    // Under the guard.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Accept(int bytes)
    {
        Volatile.Write(ref _accepted, _accepted + bytes);
        long queued = QueuedBytes;
        if (queued > _resources.Counters.HighestQueued) _resources.Counters.RaiseHighestQueued(queued);
    }

    // On the loop's thread, inside this connection's turn and outside of OpenSSL: nobody else is at the machine.
    private bool IsOnTurn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _inTurn && _loop.IsCurrent && !_machine.IsInside;
    }

    // On the loop: something was posted that would be taken now. A callback at the very end of a turn may have done so. Where there is no room, the writes that make some look again.
    private bool CanTakePosted => _hasPosted && _resend.IsEmpty && QueuedBytes < _options.OutboundLimit && _fileTurn != FileTurn.Writable;

    // On the loop: everything posted so far goes to the machine.
    private void TakePosted()
    {
        if (!_hasPosted || !_resend.IsEmpty) return;
        do
        {
            TakeMemory();
        }
        while (TakeFile());
        _machine.AskWrite();
    }

    private void TakeMemory()
    {
        long admitted;
        SendMoment moment;
        lock (_outboundGuard)
        {
            admitted = AdmitWaiters();
            moment = admitted > 0 ? NoteMoment() : default;

            // Who still waits for room is looked at again when there is some.
            _hasPosted = HasWaiters;
            _isLoopTold = false;
            _machine.Outbound.TakeAll(_posted);
        }

        if (admitted > 0) TraceSend(moment, TlsTraceEvent.SendQueued, admitted);
    }

    private void OnWritten(int bytes)
    {
        CountWritten(bytes);
        if (QueuedBytes <= LowWaterMark) TakePosted();
        TellLowWater();
    }

    private void CountWritten(int bytes)
    {
        Volatile.Write(ref _written, _written + bytes);
        if (_options.SmallRecordsFirst) ChooseRecordSize();

        // Who is refused notes what it is owed and then looks at the queue a last time; we take from the queue and then look what is owed. Without the fence both could look too early.
        Interlocked.MemoryBarrier();
    }

    private void TellLowWater()
    {
        long owed = Volatile.Read(ref _owedLowWater);
        if (owed == 0 || QueuedBytes >= owed || _fileTurn != FileTurn.None) return;
        if (Interlocked.CompareExchange(ref _owedLowWater, 0, owed) != owed) return;
        _trace?.Application(TlsTraceEvent.LowWater);
        Call(static (handler, connection) => handler.OnLowWater(connection));
    }

    // On the loop: everything that was sent has been given to OpenSSL, to the last byte of each message.
    private bool IsOutboundComplete()
    {
        lock (_outboundGuard) return !HasWaiters && !_isCutShort && QueuedBytes == 0;
    }

    private void CloseToSends()
    {
        lock (_outboundGuard) _closedToSends = true;
    }

    // The end: nothing of this will go out.
    private void DropOutbound()
    {
        SendWaiter[] waiters;
        lock (_outboundGuard)
        {
            _closedToSends = true;
            _posted.Clear();
            waiters = _waiters is null ? [] : [.. _waiters];
            _waiters?.Clear();
        }

        _machine.Outbound.Clear();
        Volatile.Write(ref _written, Volatile.Read(ref _accepted));
        foreach (SendWaiter waiter in waiters) waiter.Fail(_connection.ClosedFault());
    }
}
