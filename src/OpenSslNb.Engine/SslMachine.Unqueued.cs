namespace OpenSslNb.Engine;

/// <content>Writes of what is not in the queue: only when nothing is queued before them, and never such that one would have to be retried with the same bytes.</content>
internal sealed partial class SslMachine<TCalls>
{
    /// <summary>True when nothing stands before a write, here or in OpenSSL.</summary>
    public bool CanWriteAtOnce =>
        State is ConnectionState.Open or ConnectionState.PeerClosed && _inside == 0 && _outbound.IsEmpty && _operations.SlotOf(SslOperation.Write) == OperationSlot.Idle && IsBetweenRecords;

    /// <summary>
    /// Gives bytes to OpenSSL without queueing them, as long as no write can block. There is nothing to retry then, so the bytes may be the caller's.
    /// </summary>
    /// <returns>How many were taken; the rest goes into <see cref="Outbound"/>.</returns>
    public int WriteAtOnce(ReadOnlySpan<byte> data)
    {
        int taken = 0;
        while (taken < data.Length && CanWriteAtOnce)
        {
            int length = Math.Min(data.Length - taken, _outbound.RecordLimit);
            if (!_calls.CanWriteAtOnce(length)) break;
            Enter();
            try
            {
                ConnectionState before = BeginUnqueued();
                SslStep step = CompleteUnqueued(_calls.WriteAtOnce(data.Slice(taken, length)), before);
                if (!step.IsDone) break;
                taken += length;
            }
            finally
            {
                Leave();
            }
        }

        return taken;
    }

    /// <summary>Has the kernel send bytes of a file; it must be the one that encrypts. A blocked attempt leaves nothing behind: when writes may go on, this is called again.</summary>
    /// <param name="file">A descriptor that stays open during the call.</param>
    /// <param name="offset">Where in the file.</param>
    /// <param name="count">How many bytes, at least 1.</param>
    /// <param name="step">Done with as many bytes as were taken, 0 at the file's end.</param>
    /// <returns>False when something stands before it; nothing was attempted then.</returns>
    public bool TrySendFile(int file, long offset, long count, out SslStep step)
    {
        step = default;
        if (!CanWriteAtOnce) return false;
        Enter();
        try
        {
            ConnectionState before = BeginUnqueued();
            step = CompleteUnqueued(_calls.SendFile(file, offset, count), before);
        }
        finally
        {
            Leave();
        }

        return true;
    }

    private ConnectionState BeginUnqueued()
    {
        _operations.Ask(SslOperation.Write);
        _observer?.OnAttempt();
        return State;
    }

    private SslStep CompleteUnqueued(SslStep step, ConnectionState before)
    {
        if (_failure is not null) step = SslStep.Failed(_failure);

        // OpenSSL holds no record of it, blocked or not.
        _operations.Complete(SslOperation.Write, step, more: false, tookInput: false, reachedOpenSsl: false);
        Account(SslOperation.Write, step, wasEstablished: true);
        _observer?.OnStep(new StepRecord(SslOperation.Write, step, _outbound.Length, before, State));
        return step;
    }
}
