using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <content>The end of a connection, in all its ways.</content>
internal sealed partial class ConnectionDriver
{
    // Close was called: when the peer's close_notify has come too, the connection ends.
    private bool _closing;

    // Close or CloseWrite was called: close_notify goes behind what is queued.
    private bool _closingWrite;

    // close_notify is next. It may have to wait for the peer itself: in the middle of a renegotiation, or when the kernel takes no more.
    private bool _shutdownAsked;

    // How the connection ended, while its last bytes go out.
    private CloseOutcome? _outcome;
    private bool _finSent;

    // The peer was asked for a KeyUpdate, some time.
    private bool _askedForKeys;

    private void BeginClosing(bool both)
    {
        _closingWrite = true;
        if (!both || _closing) return;
        _closing = true;

        // Reading goes on even if paused, or the peer's close_notify would never be found.
        if (IsReadingPaused) PermitKeeping();

        // What was sent before the handshake has ended follows it; with nothing to follow there is nothing to close in an orderly way. The handshake's deadline stays as it is.
        if (_machine.IsEstablished) ArmDeadline();
        else if (IsEverythingTaken && !UsesEarlyData) _machine.Fail(new CloseOutcome(CloseReason.Disposed));
    }

    private bool IsEverythingTaken => _machine.Outbound.IsEmpty && IsOutboundComplete();

    // After each turn: what has become possible.
    private void AdvanceClosing()
    {
        if (ShutDownWhenDue()) _transport.EndTurn();
        if (_machine.State == ConnectionState.Failed)
        {
            BeginLingering(_machine.Failure!);
            return;
        }

        bool ourSideIsOut = _machine.State is ConnectionState.LocalClosed or ConnectionState.Closed && _transport.Unsent == 0;
        if (!ourSideIsOut) return;
        if (_machine.State != ConnectionState.Closed)
        {
            if (_closing) SendFin();
            return;
        }

        // Both have said their last, and nothing is unread that would make close() send RST: no need to wait for the peer's FIN. A peer that was asked for new keys may answer behind its close_notify, though.
        var outcome = new CloseOutcome(CloseReason.CloseNotify, null, _instance.AlertSent, _instance.AlertReceived);
        if (_transport.IsInputDrained && !_askedForKeys) End(outcome);
        else BeginLingering(outcome);
    }

    // Also within a turn, before what it has written is sent: close_notify leaves with it.
    // True when there may be something to send.
    private bool ShutDownWhenDue()
    {
        if (!_closingWrite || _machine.State is not (ConnectionState.Open or ConnectionState.PeerClosed) || !IsEverythingTaken) return false;
        _machine.AskShutdown();
        int budget = 1;
        RunWriteSide(ref budget);
        bool isFirst = !_shutdownAsked;
        _shutdownAsked = true;
        if (isFirst || _machine.State is ConnectionState.LocalClosed or ConnectionState.Closed) ArmDeadline();
        return true;
    }

    private void SendFin()
    {
        if (_finSent) return;
        _finSent = true;
        _socket.ShutdownSend();
    }

    // TLS is over. What must not be lost is an alert or data that the peer has not fetched: closing with unread input would send RST and destroy it.
    private void BeginLingering(CloseOutcome outcome)
    {
        _outcome = outcome;
        CountHandshake(outcome.Reason);
        bool peerIsGone = outcome.Reason is CloseReason.Reset or CloseReason.Truncated || _transport.Errno != 0 || _transport.SendErrno != 0;
        if (peerIsGone)
        {
            End(outcome);
            return;
        }

        _phase = Phase.Lingering;
        ArmDeadline();
    }

    private void RunLingeringTurn()
    {
        var requests = (Requests)Interlocked.Exchange(ref _requests, 0);
        if ((requests & (Requests.Abort | Requests.Dispose)) != 0)
        {
            End(_outcome!, reset: (requests & Requests.Abort) != 0);
            return;
        }

        _transport.EndTurn();
        if (_transport.Unsent == 0) SendFin();
        switch (DropInput())
        {
            case > 0:
                _loop.ScheduleTurn(this);
                break;
            case int result when SocketCalls.IsWouldBlock(result) && _transport.SendErrno == 0:
                WaitFor(Interest.Read | _transport.Interest);
                break;
            default:
                End(_outcome!);
                break;
        }
    }

    // 0: the peer has closed too. Positive: the budget of this turn is used up.
    private int DropInput()
    {
        int budget = _loop.BytesPerTurn;
        int count = 1;
        while (budget > 0 && count > 0)
        {
            count = SocketCalls.Receive(_socket.Fd, _resources.Buffers.Receive);
            budget -= count;
        }

        return count;
    }

    // The one way out: nothing native is left after it, and nothing runs any more but the handler's last callback.
    private void End(CloseOutcome outcome, bool reset = false)
    {
        if (_phase == Phase.Ended) return;
        bool byItself = outcome.Reason is not (CloseReason.Aborted or CloseReason.Disposed);
        if (byItself && _phase == Phase.Active && Index >= 0 && _machine.IsEstablished) DeliverKeptAtEnd();
        _phase = Phase.Ended;
        _outcome = outcome;
        CountEnd(outcome.Reason);
        _loop.Disarm(_deadline);
        LeaveWarm();
        _loop.Detach(this);
        _machine.Fail(outcome);
        TraceTurn(Interest.None);
        if (reset) _socket.ResetOnClose();
        _connection.SetOutcome(outcome);
        DropOutbound();
        AbandonCertificateRequest();
        _instance.Dispose();
        _inbound.Dispose();
        _socket.Dispose();
        TellClosed(outcome);
    }

    private void TellClosed(CloseOutcome outcome)
    {
        _trace?.Application(TlsTraceEvent.Closed, outcome: outcome);
        _onEnded?.Invoke();
        try
        {
            _handler.OnClosed(_connection, outcome);
        }
        catch (Exception e)
        {
            _loop.ReportUnhandled(e);
        }
        finally
        {
            _connection.CompleteClosed(outcome);
        }
    }
}
