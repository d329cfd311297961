using OpenSslNb.Connections;
using OpenSslNb.Transport;

namespace OpenSslNb.Cli.Proxy;

/// <content>Bytes in both directions, deadlines, and the end.</content>
internal sealed partial class PlainSide
{
    private bool _isBeginning = true;

    // The loop's time of the last byte in either direction, and of the last that went out or the moment bytes began to wait.
    private long _lastProgress;
    private long _lastSent;

    /// <summary>What <see cref="PlainOptions.BeginningTimeout"/> is for is over.</summary>
    public void EndBeginning()
    {
        _isBeginning = false;
        if (_phase != Phase.Ended) _loop.Arm(_deadline, _options.IdleTimeout < _options.WriteTimeout ? _options.IdleTimeout : _options.WriteTimeout);
    }

    private void Receive()
    {
        // What one call gives at most must be what the other side takes at once.
        Span<byte> buffer = LoopResources.Of(_loop).Buffers.Receive.AsSpan(0, Math.Min(LoopBuffers.Size, _options.OutboundLimit));
        for (int budget = _loop.BytesPerTurn; budget > 0 && _phase == Phase.Open && _failure is null && !_isPaused && !_hasPeerClosed;)
        {
            int count = SocketCalls.Receive(Fd, buffer);
            if (SocketCalls.IsWouldBlock(count)) return;
            if (count < 0)
            {
                _failure = new CloseOutcome(CloseReason.Reset, Fault("receiving failed", -count));
                return;
            }

            _lastProgress = _loop.Now;
            budget -= count;
            if (count == 0) _hasPeerClosed = true;
            if (count == 0) Observer.OnPeerClosed();
            else Observer.OnReceived(buffer[..count]);

            // There is no more for now; the poller tells when there is.
            if (count < buffer.Length) return;
        }
    }

    private int SendNow(ReadOnlySpan<byte> data)
    {
        int sent = 0;
        while (sent < data.Length)
        {
            int count = SocketCalls.Send(Fd, data[sent..]);
            if (count < 0)
            {
                if (SocketCalls.IsWouldBlock(count)) break;

                // Not ended here: whoever sends is in the middle of something.
                _failure ??= new CloseOutcome(CloseReason.Reset, Fault("sending failed", -count));
                _loop.ScheduleTurn(this);
                return data.Length;
            }

            sent += count;
        }

        if (sent > 0 || _backlog.Length == 0) _lastSent = _loop.Now;
        if (sent > 0) _lastProgress = _loop.Now;
        return sent;
    }

    private void Flush()
    {
        if (_backlog.Length > 0) _backlog.Skip(SendNow(_backlog.Bytes));
        if (_owesRoom && _failure is null && _backlog.Length <= _options.OutboundLimit / 4)
        {
            _owesRoom = false;
            Observer.OnRoom();
        }

        SendFinWhenDue();
    }

    private void SendFinWhenDue()
    {
        if (!_isFinAsked || _isFinSent || _phase != Phase.Open || _backlog.Length > 0 || _failure is not null) return;
        _isFinSent = true;
        _socket.ShutdownSend();
        if (_hasPeerClosed) _loop.ScheduleTurn(this);
    }

    private void EndWhenOver()
    {
        if (_failure is not null) End(_failure);
        else if (_isFinSent && _hasPeerClosed) End(null);
    }

    private void Rearm()
    {
        if (_phase == Phase.Ended) return;
        bool wantsRead = _phase == Phase.Preamble || (_phase == Phase.Open && !_isPaused && !_hasPeerClosed);
        bool wantsWrite = _phase == Phase.Connecting || (_phase == Phase.Open && _backlog.Length > 0);
        _loop.SetInterest(this, (wantsRead ? Interest.Read : Interest.None) | (wantsWrite ? Interest.Write : Interest.None));
    }

    private void OnDeadline()
    {
        long idle = _loop.Now - _lastProgress;
        long stalled = _backlog.Length > 0 ? _loop.Now - _lastSent : 0;
        if (_isBeginning) End(new CloseOutcome(_phase == Phase.Connecting ? CloseReason.ConnectFailed : CloseReason.HandshakeTimeout, new TimeoutException($"{What()} within {_options.BeginningTimeout}")));
        else if (idle >= _options.IdleTimeout.TotalMilliseconds) End(new CloseOutcome(CloseReason.IdleTimeout));
        else if (stalled >= _options.WriteTimeout.TotalMilliseconds) End(new CloseOutcome(CloseReason.WriteTimeout));
        else _loop.Arm(_deadline, TimeSpan.FromMilliseconds(Math.Max(1, Math.Min(_options.IdleTimeout.TotalMilliseconds - idle, _options.WriteTimeout.TotalMilliseconds - stalled))));
    }

    private string What() => _phase == Phase.Connecting ? "no connection" : _preamble?.What ?? "nothing that tells where to";

    // The one way out. Only an end in good order is not a reset.
    private void End(CloseOutcome? failure)
    {
        if (_phase == Phase.Ended) return;
        _phase = Phase.Ended;
        _loop.Disarm(_deadline);
        _loop.Detach(this);
        if (failure is not null) _socket.ResetOnClose();
        _socket.Dispose();
        _backlog.Dispose();
        _onEnded?.Invoke();
        Observer.OnClosed(failure);
    }
}
