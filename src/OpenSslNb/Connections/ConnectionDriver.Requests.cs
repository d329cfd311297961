namespace OpenSslNb.Connections;

/// <content>What other threads ask for: flags, taken by the loop in its next turn.</content>
internal sealed partial class ConnectionDriver
{
    // Set by any thread, taken all at once by the loop.
    private int _requests;

    // Enough for a KeyUpdate or the first flight of a renegotiation.
    private const int HandshakeMessageLength = 4 * 1024;

    // Taken from the requests and waiting for a moment between records with room. Looked at in each turn: progress brings the moment, and the turn.
    private Requests _deferredMessages;

    // 1 while this driver is in the loop's inbox.
    private int _isPosted;

    [Flags]
    private enum Requests
    {
        None = 0,
        Reading = 1,
        CloseWrite = 2,
        Close = 4,
        Abort = 8,
        Dispose = 16,
        KeyUpdate = 32,
        KeyUpdateOfPeer = 64,
        Renegotiate = 128,
        Answered = 256,
        Certificate = 512,
    }

    private bool HasRequests => Volatile.Read(ref _requests) != 0;

    /// <summary>Sends close_notify behind what is queued, and goes on receiving. From any thread.</summary>
    public void CloseWrite()
    {
        _trace?.Application(TlsTraceEvent.CloseWriteAsked);
        CloseToSends();
        Request(Requests.CloseWrite);
    }

    /// <summary>Sends close_notify behind what is queued, waits for the peer's and ends. From any thread.</summary>
    public void Close()
    {
        _trace?.Application(TlsTraceEvent.CloseAsked);
        CloseToSends();
        Request(Requests.Close);
    }

    /// <summary>Resets the connection. From any thread.</summary>
    public void Abort()
    {
        _trace?.Application(TlsTraceEvent.AbortAsked);
        CloseToSends();
        Request(Requests.Abort);
    }

    /// <summary>Ends the connection as it is. From any thread.</summary>
    public void Dispose()
    {
        _trace?.Application(TlsTraceEvent.DisposeAsked);
        CloseToSends();
        Request(Requests.Dispose);
    }

    /// <summary>New sending keys, and the peer's too if asked. From any thread.</summary>
    public void UpdateKeys(bool requestPeer)
    {
        _trace?.Application(TlsTraceEvent.KeyUpdateAsked);
        Request(requestPeer ? Requests.KeyUpdateOfPeer : Requests.KeyUpdate);
    }

    /// <summary>A TLS 1.2 renegotiation. From any thread.</summary>
    public void Renegotiate()
    {
        _trace?.Application(TlsTraceEvent.RenegotiationAsked);
        Request(Requests.Renegotiate);
    }

    // The application has answered what the handshake waits for. From any thread, also when the connection has ended.
    private void OnAnswered() => Request(Requests.Answered);

    private void Request(Requests request)
    {
        Interlocked.Or(ref _requests, (int)request);
        Schedule();
    }

    // Gives the connection a turn soon. The turn looks at requests and posted data itself, so inside it there is nothing to do.
    private void Schedule()
    {
        if (_loop.IsCurrent)
        {
            if (!_inTurn && Index >= 0) _loop.ScheduleTurn(this);
            return;
        }

        // At most once in the inbox at a time. A loop that has stopped has ended its connections. What we are here for is put down before this fence: a loop that still has the flag to clear will find it.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isPosted) == 0 && Interlocked.Exchange(ref _isPosted, 1) == 0) _ = _loop.Post(this);
    }

    // False when the connection has ended by it. The flags first, then the data: what was sent before a close is found.
    private bool TakeRequests()
    {
        var requests = HasRequests ? (Requests)Interlocked.Exchange(ref _requests, 0) : Requests.None;
        TakePosted();
        TellLowWater();
        if (requests == Requests.None && _deferredMessages == Requests.None) return _phase == Phase.Active;
        if ((requests & Requests.Abort) != 0) End(new CloseOutcome(CloseReason.Aborted), reset: true);
        else if ((requests & Requests.Dispose) != 0) End(new CloseOutcome(CloseReason.Disposed));
        if (_phase != Phase.Active) return false;

        if ((requests & Requests.Answered) != 0) _machine.OnAnswered();
        if ((requests & Requests.Reading) != 0) ApplyReading();
        if ((requests & (Requests.Close | Requests.CloseWrite)) != 0) BeginClosing(both: (requests & Requests.Close) != 0);
        BeginHandshakeMessages(requests);
        return _phase == Phase.Active;
    }

    private void BeginHandshakeMessages(Requests requests)
    {
        requests = (requests | _deferredMessages) & (Requests.KeyUpdate | Requests.KeyUpdateOfPeer | Requests.Renegotiate | Requests.Certificate);
        _deferredMessages = Requests.None;

        // A peer that has sent close_notify answers no renegotiation: what is still to be sent would wait behind it for good.
        if (_machine.State == ConnectionState.PeerClosed) requests &= ~Requests.Renegotiate;
        if (requests == Requests.None || _machine.State is not (ConnectionState.Handshaking or ConnectionState.Open or ConnectionState.PeerClosed)) return;

        // Never from the reserve that our answers have: two sides that fill each other's with requests would wait for each other for good.
        if (!_machine.IsBetweenRecords || !_transport.HasRoomFor(HandshakeMessageLength)) _deferredMessages = requests;
        else if ((requests & Requests.Renegotiate) != 0) BeginRenegotiation();
        else if ((requests & Requests.Certificate) != 0)
        {
            // One message at a time.
            _deferredMessages = requests & ~Requests.Certificate;
            BeginCertificateRequest();
        }
        else BeginKeyUpdate(requestPeer: (requests & Requests.KeyUpdateOfPeer) != 0);
    }

    private void BeginRenegotiation()
    {
        _instance.BeginRenegotiation();
        _machine.OnReadable();
    }

    private void BeginKeyUpdate(bool requestPeer)
    {
        _askedForKeys |= requestPeer;
        _instance.BeginKeyUpdate(requestPeer);
        _machine.AskHandshake();
    }
}
