namespace OpenSslNb.Connections;

/// <content>Sends that wait for room in the queue.</content>
internal sealed partial class ConnectionDriver
{
    // Guarded by _outboundGuard: sends that found no room, oldest first. While there are any, later sends queue behind them.
    private LinkedList<SendWaiter>? _waiters;

    // Under the guard.
    private bool HasWaiters => _waiters is { Count: > 0 };

    /// <summary>From any thread.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        SendWaiter waiter;
        SendMoment moment;
        bool isFirst;
        lock (_outboundGuard)
        {
            if (_closedToSends) return ValueTask.FromException(_connection.ClosedFault());
            if (data.IsEmpty) return ValueTask.CompletedTask;
            if (!HasWaiters && QueuedBytes + data.Length <= _options.OutboundLimit)
            {
                isFirst = Enqueue(data.Span);
                waiter = null!;
            }
            else
            {
                waiter = new MemorySend(this, data);
                (_waiters ??= new LinkedList<SendWaiter>()).AddLast(waiter.Node);
                isFirst = NotePosted();
            }

            moment = NoteMoment();
        }

        TraceSend(moment, waiter is null ? TlsTraceEvent.SendQueued : TlsTraceEvent.SendWaits, data.Length);
        if (isFirst) Schedule();
        if (waiter is null) return ValueTask.CompletedTask;
        waiter.ObserveCancellation(cancellationToken);
        return waiter.Task;
    }

    /// <summary>The waiter's caller has given up. From any thread.</summary>
    public void Cancel(SendWaiter waiter, CancellationToken cancellationToken)
    {
        bool begun;
        lock (_outboundGuard)
        {
            if (waiter.Node.List is null) return;
            waiter.Node.List.Remove(waiter.Node);
            begun = waiter.HasBegun;

            // Half of the message is on its way: the peer must not take what follows for the rest of it. From now on, not from when the loop hears of it.
            if (begun) _closedToSends = _isCutShort = true;
        }

        if (begun) Abort();
        waiter.Cancel(cancellationToken);
    }

    // Under the guard: as much of the waiting sends as there is room for, in order; a file is not read here.
    private long AdmitWaiters()
    {
        if (_isCutShort) return 0;
        long admitted = 0;
        while (_waiters?.First is { Value: MemorySend waiter } node)
        {
            long room = _options.OutboundLimit - QueuedBytes;
            if (room <= 0) break;
            ReadOnlySpan<byte> data = waiter.Take((int)Math.Min(room, int.MaxValue));
            _ = Enqueue(data);
            admitted += data.Length;
            if (!waiter.IsAllTaken) break;
            _waiters.Remove(node);
            waiter.Complete();
        }

        return admitted;
    }
}
