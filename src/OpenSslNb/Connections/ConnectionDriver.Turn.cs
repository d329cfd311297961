using OpenSslNb.Engine;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <content>The turn: requests, steps within a budget, one flush, new interest.</content>
internal sealed partial class ConnectionDriver
{
    // A record without application data (KeyUpdate, ticket, warning) costs the loop's time too: a flood of them must end the turn.
    private const int EmptyRecordCost = 1024;

    // Several records at a time pay when several small ones come together.
    private const int LeastRecordsTogether = 3;
    private const int LargestRecordTogether = 2048;

    private void RunTurn()
    {
        if (_inTurn || _phase == Phase.Ended) return;
        _inTurn = true;
        try
        {
            if (_phase == Phase.Active) RunActiveTurn();
            if (_phase == Phase.Lingering) RunLingeringTurn();
        }
        finally
        {
            _inTurn = false;
        }
    }

    private void RunActiveTurn()
    {
        _atOnceBudget = _loop.BytesPerTurn;
        if (_options.SmallRecordsFirst) NotePause();
        ulong taken = _transport.BytesTaken;
        long given = SentBytes;
        bool deferred = !TakeRequests() || !RunOperations();
        if (_phase != Phase.Active) return;
        _transport.EndTurn();
        if (_transport.SendErrno != 0) ReadLastWords();

        // Over its last words the handler may have disposed the connection: nothing of it may be touched again.
        if (_phase != Phase.Active) return;
        NoteProgress(received: _transport.BytesTaken != taken, sent: SentBytes != given);

        // Not before: the handshake may be on a worker, and the SSL with it.
        if (_machine.IsEstablished) NoteBuffersInUse();
        RenewKeysWhenDue();
        if (_certificateRequestIsOut) SettleCertificateRequest();
        if (_instance.RenegotiationsOfPeer != _renegotiationsBefore) LimitRenegotiations();
        AdvanceClosing();
        if (_phase != Phase.Active) return;

        // Also when another turn is due: a connection that always has something to read must still learn that it may write.
        WaitFor(WantedInterest);
        if (deferred || HasRequests || CanTakePosted || (_preamble is null && _machine.CanStep())) _loop.ScheduleTurn(this);
    }

    private void WaitFor(Interest interest)
    {
        _loop.SetInterest(this, interest);
        TraceTurn(interest);
    }

    private void TraceTurn(Interest interest) => _trace?.Turn(_transport.BytesTaken, SentBytes, _transport.Unsent, interest);

    // Bytes that have left for good: what OpenSSL gave less what is still here.
    private long SentBytes => (long)_transport.BytesGiven - _transport.Unsent;

    // False when the loop's handshakes for this turn are used up.
    private bool RunOperations()
    {
        int readBudget = _loop.BytesPerTurn;
        int writeBudget = _loop.BytesPerTurn;
        if (!_machine.IsEstablished)
        {
            if (!RunHandshake()) return false;
            if (_machine.CanStep(SslOperations.Write) && !_machine.IsEstablished) RunEarlyWrites(ref writeBudget);
        }

        while (_phase == Phase.Active && _machine.State != ConnectionState.Failed)
        {
            RunReads(ref readBudget);
            if (!TakeRequests()) return true;

            // An answer of the application may have come just now: the handshake, and all that its end brings, is for the next turn.
            if (!_machine.IsEstablished) return true;
            RunWriteSide(ref writeBudget);
            _ = ShutDownWhenDue();
            if (_transport.Flush()) _machine.OnWritable();
            if (!TakeRequests()) return true;
            var allowed = (readBudget > 0 ? SslOperations.Read : 0) | (writeBudget > 0 ? WriteSide : 0);
            if (!_machine.IsEstablished || !_machine.CanStep(allowed)) return true;
        }

        return true;
    }

    private bool RunHandshake()
    {
        if (_preamble is not null && !TryPassPreamble()) return true;
        while (_machine.CanStep(SslOperations.Handshake))
        {
            if (!_loop.TryTakeHandshake()) return false;
            if (!_machine.TryStep(SslOperations.Handshake, default, out _, out SslStep step)) return true;
            _flights?.Note(_transport.BytesTaken, _transport.BytesGiven, _loop.Now);
            if (_instance.EarlyInputLength > 0) DeliverEarlyData();
            if (step.IsDone) OnEstablished();

            // The flight that a blocked handshake has just written may be all that it waits for.
            if (step.Want == SslWant.Write && _transport.Flush()) _machine.OnWritable();
        }

        return true;
    }

    private void RunReads(ref int budget)
    {
        Span<byte> plaintext = _resources.Buffers.Plaintext;
        var step = SslStep.Done();
        while (budget > 0 && step.IsDone && _phase == Phase.Active && MayRead())
        {
            int room = ReadRoom;
            int filled = 0;
            int records = 0;

            // A whole record always fits: OpenSSL is never left with half of one decrypted.
            while (room - filled >= OutboundChunk.Capacity && _machine.TryStep(SslOperations.Read, plaintext[filled..room], out _, out step))
            {
                if (!step.IsDone) break;
                filled += step.Bytes;
                records++;
                budget -= Math.Max(step.Bytes, EmptyRecordCost);
                if (budget <= 0) break;
            }

            if (filled > 0) ChooseRecordsAtATime(filled, records);
            if (filled > 0) Deliver(plaintext[..filled]);
            if (step.Kind == SslStepKind.Closed) OnPeerClosed();
            if (HasRequests && !TakeRequests()) return;
        }
    }

    // By what has just come. A single small record says nothing about the next.
    private void ChooseRecordsAtATime(int bytes, int records)
    {
        if (bytes > records * LargestRecordTogether) _transport.GivesSeveralRecords = false;
        else if (records >= LeastRecordsTogether) _transport.GivesSeveralRecords = true;
    }

    private bool MayRead()
    {
        // A pause holds from this very moment, whichever callback asked for it.
        if (_pauseRequested && !IsReadingPaused) PermitKeeping();
        return _machine.CanStep(SslOperations.Read);
    }

    private void RunWriteSide(ref int budget)
    {
        bool couldRead = _machine.CanStep(SslOperations.Read);
        while (budget > 0 && _machine.TryStep(WriteSide, default, out SslOperation operation, out SslStep step))
        {
            if (operation != SslOperation.Write || !step.IsDone) continue;
            budget -= step.Bytes;
            OnWritten(step.Bytes);

            // A read that this write held back goes before the next one, which may hold it back again; so does a KeyUpdate that waits for a moment between two records.
            if ((!couldRead && _machine.CanStep(SslOperations.Read)) || _deferredMessages != Requests.None) return;
        }
    }

    // The kernel takes no more, but what the peer said before (data, an alert, its close_notify) may still be readable: as much as the kernel's buffer holds, also for an application that has paused, which would never get it otherwise.
    private void ReadLastWords()
    {
        int errno = _transport.SendErrno;
        StopPausing();
        bool isMore = true;
        while (isMore && _phase == Phase.Active && _machine.State is not (ConnectionState.Failed or ConnectionState.PeerClosed or ConnectionState.Closed))
        {
            (ulong Ciphertext, long Plaintext) before = (_transport.BytesTaken, _machine.Figures.BytesRead);
            _transport.OnReadable();
            _machine.OnReadable();
            _ = RunOperations();
            if (_phase != Phase.Active) return;
            _transport.EndTurn();
            isMore = before != (_transport.BytesTaken, _machine.Figures.BytesRead);
        }

        _machine.Fail(new CloseOutcome(CloseReason.Reset, new IOException($"the transport failed: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")));
    }

    private void OnEstablished()
    {
        CountHandshake(CloseReason.None);
        _connection.SetInfo(TlsConnectionInfo.Of(_instance));
        ArmDeadline();
        LimitRecordsByPeer();
        SettleEarlyData();
        _trace?.Application(TlsTraceEvent.Opened);
        Call(static (handler, connection) => handler.OnOpened(connection));
        if (_keepsEarlyData) DeliverKept();
    }

    // A callback that throws ends its own connection, and nothing else.
    private void Call(Action<TlsConnectionHandler, TlsConnection> callback)
    {
        if (_phase == Phase.Ended) return;
        try
        {
            callback(_handler, _connection);
        }
        catch (Exception e)
        {
            _machine.Fail(new CloseOutcome(CloseReason.CallbackFailed, e));
        }
    }
}
