using OpenSslNb.Loop;

namespace OpenSslNb.Connections;

/// <content>Deadlines: one timer, whose meaning is where the connection is in its life.</content>
internal sealed partial class ConnectionDriver
{
    private readonly Deadline _deadline;

    // The loop's time of the last byte in either direction, and of the last byte that went out or the moment the queue ceased to be empty.
    private long _lastProgress;
    private long _lastSent;

    private bool IsStalledWriting => QueuedBytes > 0 || _transport.Unsent > 0 || _fileTurn == FileTurn.Writable;

    private void NoteProgress(bool received, bool sent)
    {
        if (received || sent) _lastProgress = _loop.Now;
        if (sent || !IsStalledWriting) _lastSent = _loop.Now;
    }

    // Set anew when the meaning changes; progress in between is looked at when it is due, so that it costs nothing per byte.
    private void ArmDeadline()
    {
        TimeSpan period = Period();
        if (period == Timeout.InfiniteTimeSpan) _loop.Disarm(_deadline);
        else _loop.Arm(_deadline, period);
    }

    private TimeSpan Period()
    {
        if (_phase == Phase.Lingering || IsWaitingForPeerToClose) return _options.ShutdownTimeout;
        if (!_machine.IsEstablished) return _options.HandshakeTimeout;
        if (_options.IdleTimeout == Timeout.InfiniteTimeSpan) return _options.WriteTimeout;
        if (_options.WriteTimeout == Timeout.InfiniteTimeSpan) return _options.IdleTimeout;
        return _options.IdleTimeout < _options.WriteTimeout ? _options.IdleTimeout : _options.WriteTimeout;
    }

    private bool IsWaitingForPeerToClose => _closing && (_shutdownAsked || _machine.State is ConnectionState.LocalClosed or ConnectionState.Closed);

    private void OnDeadline()
    {
        if (_phase == Phase.Lingering) End(_outcome!);
        else if (IsWaitingForPeerToClose) End(new CloseOutcome(CloseReason.ShutdownTimeout));
        else if (!_machine.IsEstablished) Expire(CloseReason.HandshakeTimeout);
        else if (TryFindOverdue(out CloseReason reason, out TimeSpan remaining)) Expire(reason);
        else _loop.Arm(_deadline, remaining);
    }

    private bool TryFindOverdue(out CloseReason reason, out TimeSpan remaining)
    {
        reason = CloseReason.IdleTimeout;
        TimeSpan idle = Remaining(_options.IdleTimeout, _lastProgress);
        TimeSpan write = IsStalledWriting ? Remaining(_options.WriteTimeout, _lastSent) : _options.WriteTimeout;
        if (write != Timeout.InfiniteTimeSpan && (idle == Timeout.InfiniteTimeSpan || write < idle))
        {
            if (IsStalledWriting) reason = CloseReason.WriteTimeout;
            remaining = write;
        }
        else
        {
            remaining = idle;
        }

        return remaining <= TimeSpan.Zero && remaining != Timeout.InfiniteTimeSpan;
    }

    // Never negative: one millisecond too late would be Timeout.InfiniteTimeSpan, and the deadline lost.
    private TimeSpan Remaining(TimeSpan period, long since)
    {
        if (period == Timeout.InfiniteTimeSpan) return period;
        TimeSpan remaining = period - TimeSpan.FromMilliseconds(_loop.Now - since);
        return remaining < TimeSpan.Zero ? TimeSpan.Zero : remaining;
    }

    private void Expire(CloseReason reason)
    {
        _machine.Fail(new CloseOutcome(reason, new TimeoutException(Describe(reason))));
        RunTurn();
    }

    private string Describe(CloseReason reason) => reason switch
    {
        CloseReason.HandshakeTimeout when _preamble is not null => $"{_preamble.What} within {_options.HandshakeTimeout}",
        CloseReason.HandshakeTimeout => $"the handshake did not end within {_options.HandshakeTimeout}",
        CloseReason.WriteTimeout => $"the peer took no data for {_options.WriteTimeout}",
        _ => $"nothing moved for {_options.IdleTimeout}",
    };

    private sealed class Deadline(ConnectionDriver driver) : LoopTimer
    {
        protected internal override void OnDue() => driver.OnDeadline();
    }
}
