namespace OpenSslNb.Fuzz;

/// <content>How a state is reached, and how a run ends.</content>
internal sealed partial class Scenario
{
    private void BringTo(StartState state, bool targetIsServer, bool peerBegins)
    {
        switch (state)
        {
            case StartState.Fresh:
                break;
            case StartState.FirstMessageHalfway:
                BeginHandshake();
                DeliverHalf();
                break;
            case StartState.LastMessageMissing:
                BeginHandshake();
                if (targetIsServer) DeliverAllBut(0);
                if (targetIsServer) PeerReads();
                Collect();
                DeliverAllBut(1);
                break;
            default:
                Establish();
                BringEstablishedTo(state, peerBegins);
                break;
        }
    }

    private void BringEstablishedTo(StartState state, bool peerBegins)
    {
        switch (state)
        {
            case StartState.WritePending:
                FillTarget();
                break;
            case StartState.Rekeying when _isTls13:
                // Requests from a peer that does not read the answers, into a target that has something to say itself.
                FillTarget();
                for (int i = 0; i < 3; i++) Rekey(_peer, requestPeer: true);
                if (peerBegins) Deliver();
                break;
            case StartState.Rekeying:
                Rekey(peerBegins ? _peer : _target, requestPeer: false);
                _peer.Pump();
                if (peerBegins) Deliver();
                _target.Pump();
                break;
            case StartState.LocalClosed:
                _target.Shutdown();
                break;
            case StartState.PeerClosed:
                _peer.Shutdown();
                Deliver();
                break;
        }
    }

    // More than fits below the limit: the last write waits for room.
    private void FillTarget()
    {
        for (int i = 0; i < 4 && _target.QueuedBytes == 0; i++) _target.Write(16_000);
        FuzzFailure.Unless(_target.QueuedBytes > 0, "no write is pending");
    }

    private void BeginHandshake()
    {
        _peer.Pump();
        PeerReads();
        Collect();
    }

    private void DeliverHalf()
    {
        if (_toTarget.Take() is not { } record) return;
        _toTarget.PutBack(record[(record.Length / 2)..]);
        _target.Feed(record.AsSpan(0, record.Length / 2));
        _forger.SeeHello(record);
        _target.Pump();
    }

    private void DeliverAllBut(int count)
    {
        while (_toTarget.Count > count) Deliver();
    }

    private void Establish()
    {
        Settle();
        FuzzFailure.Unless(_target.IsEstablished && _peer.IsEstablished, "the handshake does not end");
    }

    // Carries everything both ways until nothing moves.
    private void Settle()
    {
        for (int round = 0; round < MostRounds; round++)
        {
            long before = _target.Moved + _peer.Moved;
            _peer.Pump();
            Collect();
            DeliverAllBut(0);
            PeerReads();
            if (_target.Moved + _peer.Moved == before) return;
        }

        throw new FuzzFailure($"no rest after {MostRounds} rounds");
    }

    // With an honest peer nothing stays queued, and all that was sent has arrived.
    private void ComeToRest()
    {
        Settle();
        CheckInnocence();
        bool isLost = _target.State == ConnectionState.Failed || _peer.State == ConnectionState.Failed;
        if (_isTampered || isLost) return;
        FuzzFailure.Unless(_target.QueuedBytes == 0, $"{_target.QueuedBytes} bytes of the target never went out");
        FuzzFailure.Unless(_peer.QueuedBytes == 0, $"{_peer.QueuedBytes} bytes of the peer never went out");
        FuzzFailure.Unless(_target.Received.Length == _peer.Sent.Length, $"the target received {_target.Received.Length} of {_peer.Sent.Length} bytes");
        FuzzFailure.Unless(_peer.Received.Length == _target.Sent.Length, $"the peer received {_peer.Received.Length} of {_target.Sent.Length} bytes");
        if (_target.ShutdownAsked && _peer.ShutdownAsked)
        {
            FuzzFailure.Unless((_target.State, _peer.State) == (ConnectionState.Closed, ConnectionState.Closed), $"both have shut down, but are {_target.State} and {_peer.State}");
        }
    }
}
