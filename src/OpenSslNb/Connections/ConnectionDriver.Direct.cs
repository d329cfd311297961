namespace OpenSslNb.Connections;

/// <content>Large sends from inside a callback: encrypted from the caller's memory when nothing is queued before them, so that they are not copied.</content>
internal sealed partial class ConnectionDriver
{
    // Smaller ones are worth more when they are gathered into one record.
    private const int LeastAtOnce = 4 * 1024;

    // What may still go out like this, or be read of a file, in the present turn; a handler that always has more must not hold the loop.
    private int _atOnceBudget;

    // Only inside a turn: its end flushes what was written, and nobody else is inside the machine.
    private bool TrySendAtOnce(ReadOnlySpan<byte> data)
    {
        if (_atOnceBudget <= 0 || !IsOnTurn || !_machine.CanWriteAtOnce) return false;
        SendMoment moment;
        lock (_outboundGuard)
        {
            if (_closedToSends || HasWaiters || QueuedBytes != 0) return false;

            // As if queued: what other threads send from now on goes behind it.
            Volatile.Write(ref _accepted, _accepted + data.Length);
            moment = NoteMoment();
        }

        TraceSend(moment, TlsTraceEvent.SendQueued, data.Length);
        int taken = _machine.WriteAtOnce(data);
        _atOnceBudget -= taken;
        CountWritten(taken);
        if (taken < data.Length)
        {
            _machine.Outbound.Append(data[taken..]);
            _resources.Counters.RaiseHighestQueued(QueuedBytes);
            _machine.AskWrite();
        }

        return true;
    }
}
