namespace OpenSslNb.Engine;

/// <summary>
/// Drives one <c>SSL</c>: knows which operation may be attempted, attempts it, and remembers what it waits for. It has no descriptor, clock or thread; its caller tells it
/// what became ready and asks for the next step.
/// </summary>
/// <remarks>One caller at a time; a second one, or a call from inside a call, is refused with <see cref="InvalidOperationException"/>.</remarks>
internal sealed partial class SslMachine<TCalls>
    where TCalls : struct, ISslCalls
{
    private readonly OutboundQueue _outbound;
    private readonly EngineCounters _counters;
    private readonly IStepObserver? _observer;
    private TCalls _calls;
    private BlockedOperations _operations;
    private CloseOutcome? _failure;

    // 1 while a step runs: OpenSSL must never be entered twice for one SSL.
    private int _inside;

    // True when OpenSSL has already seen the pending write once.
    private bool _writeAttempted;

    public SslMachine(TCalls calls, OutboundQueue outbound, EngineCounters counters, IStepObserver? observer = null)
    {
        _calls = calls;
        _outbound = outbound;
        _counters = counters;
        _observer = observer;
        _operations = BlockedOperations.Start();
    }

    /// <summary>What has passed here. Written by whoever drives the machine.</summary>
    public MachineFigures Figures;

    /// <summary>Where the connection is in its life.</summary>
    public ConnectionState State { get; private set; }

    /// <summary>Why the connection is lost; null unless <see cref="State"/> is <see cref="ConnectionState.Failed"/>.</summary>
    public CloseOutcome? Failure => _failure;

    /// <summary>Which operation waits for what.</summary>
    public BlockedOperations Operations => _operations;

    /// <summary>What the blocked operations wait for on the transport.</summary>
    public Interest Interest => _operations.Interest;

    /// <summary>Queued plaintext. Append here, then call <see cref="AskWrite"/>.</summary>
    public OutboundQueue Outbound => _outbound;

    /// <summary>True once the initial handshake has ended.</summary>
    public bool IsEstablished => _operations.IsEstablished;

    /// <summary>True while a step runs, so that whoever asks is inside one of OpenSSL's callbacks.</summary>
    public bool IsInside => Volatile.Read(ref _inside) != 0;

    /// <summary>True when an operation of the set may be attempted now.</summary>
    public bool CanStep(SslOperations allowed = SslOperations.All) => _operations.Next(allowed) is not null;

    /// <summary>The transport may have bytes, end of stream included.</summary>
    public void OnReadable() => _operations.OnReadable();

    /// <summary>The transport takes bytes again.</summary>
    public void OnWritable() => _operations.OnWritable();

    /// <summary>What <paramref name="want"/> waits for is there.</summary>
    public void OnResolved(SslWant want) => _operations.Satisfy(want);

    /// <summary>The application has answered a question of the handshake, whichever it was, or a worker has done a step of it.</summary>
    public void OnAnswered()
    {
        OnResolved(SslWant.ClientHello);
        OnResolved(SslWant.Certificate);
        OnResolved(SslWant.VerifyRetry);
        OnResolved(SslWant.Async);
    }

    /// <summary>The application pauses or resumes reading.</summary>
    public void PermitReading(ReadPermission permission) => _operations.Permit(permission);

    /// <summary>There is something in <see cref="Outbound"/>.</summary>
    public void AskWrite()
    {
        if (!_outbound.IsEmpty) _operations.Ask(SslOperation.Write);
    }

    /// <summary>Send close_notify behind everything that is queued. Ignored when it was sent already.</summary>
    public void AskShutdown()
    {
        if (State is not (ConnectionState.LocalClosed or ConnectionState.Closed)) _operations.Ask(SslOperation.Shutdown);
    }

    /// <summary>A server has taken early data: what is written from now on need not wait for the handshake.</summary>
    public void LetWritesGoEarly() => _operations.LetWritesGoEarly();

    /// <summary>A KeyUpdate was put into OpenSSL and has to be sent. Only between records: see <see cref="IsBetweenRecords"/>.</summary>
    public void AskHandshake() => _operations.Ask(SslOperation.Handshake);

    /// <summary>True when OpenSSL holds no record half written and no handshake message: a KeyUpdate or a renegotiation may be begun.</summary>
    public bool IsBetweenRecords =>
        IsEstablished && !_writeAttempted && !_calls.IsInHandshake && _operations.WantOf(SslOperation.Read) != SslWant.Write && !_operations.IsMidRecordOf(SslOperation.Shutdown);

    /// <summary>Attempts the next operation among <paramref name="allowed"/> once.</summary>
    /// <param name="allowed">What the caller is prepared to run now.</param>
    /// <param name="plaintext">Where a read puts its bytes; must not be empty if a read is allowed.</param>
    /// <param name="operation">What was attempted.</param>
    /// <param name="step">How it ended.</param>
    /// <returns>False when nothing can be attempted now.</returns>
    public bool TryStep(SslOperations allowed, Span<byte> plaintext, out SslOperation operation, out SslStep step)
    {
        if (_operations.Next(allowed) is not { } next)
        {
            operation = default;
            step = default;
            return false;
        }

        operation = next;
        Enter();
        try
        {
            step = Attempt(next, plaintext);
        }
        finally
        {
            Leave();
        }

        return true;
    }

    /// <summary>The connection is over for a reason outside OpenSSL: no call is made on it again. One that was closed in both directions stays <see cref="ConnectionState.Closed"/>.</summary>
    public void Fail(CloseOutcome outcome)
    {
        if (State == ConnectionState.Failed) return;
        _operations.Die();
        if (State == ConnectionState.Closed) return;
        _failure = outcome;
        State = ConnectionState.Failed;
    }

    private SslStep Attempt(SslOperation operation, Span<byte> plaintext)
    {
        ConnectionState before = State;
        ulong input = _calls.InputPosition;

        // SSL_shutdown(3) is not called in the middle of a handshake: see ISslCalls.Shutdown.
        bool isPutOff = operation == SslOperation.Shutdown && _calls.IsInHandshake;
        _observer?.OnAttempt();
        SslStep step = operation switch
        {
            SslOperation.Handshake => _calls.Handshake(),
            SslOperation.Read => _calls.Read(plaintext),
            SslOperation.Write => AttemptWrite(),
            _ => _calls.Shutdown(),
        };

        // Failed from inside the call: death is final, whatever the call says.
        if (_failure is not null) step = SslStep.Failed(_failure);

        bool wasEstablished = IsEstablished;
        _operations.Complete(operation, step, HasMore(operation), tookInput: _calls.InputPosition != input, reachedOpenSsl: !isPutOff);
        Account(operation, step, wasEstablished);
        _observer?.OnStep(new StepRecord(operation, step, _outbound.Length, before, State));
        return step;
    }

    private SslStep AttemptWrite()
    {
        // A write that OpenSSL has not seen is started only if the transport takes its record whole.
        if (!_writeAttempted && !_calls.HasRoomFor(_outbound.NextLength)) return SslStep.Blocked(SslWant.Write);
        if (!_outbound.TryBegin(out PendingWrite write)) return SslStep.Done();
        if (_writeAttempted) _counters.IdenticalRetries++;
        _writeAttempted = true;
        SslStep step = _calls.Write(write);
        if (!step.IsDone) return step;
        _writeAttempted = false;
        _outbound.CompletePending();
        return SslStep.Done(write.Length);
    }

    private bool HasMore(SslOperation operation) => operation switch
    {
        SslOperation.Read => true,
        SslOperation.Write => !_outbound.IsEmpty,
        _ => false,
    };

    private void Account(SslOperation operation, SslStep step, bool wasEstablished)
    {
        switch (step.Kind)
        {
            case SslStepKind.Failed:
                _failure = step.Failure;
                State = ConnectionState.Failed;
                break;
            case SslStepKind.Blocked:
                _counters.CountWant(operation, step.Want);
                Figures.CountWant(operation, step.Want);
                break;
            case SslStepKind.Closed:
                State = State == ConnectionState.LocalClosed ? ConnectionState.Closed : ConnectionState.PeerClosed;
                break;
            default:
                AccountDone(operation, step.Bytes, wasEstablished);
                break;
        }
    }

    private void AccountDone(SslOperation operation, int bytes, bool wasEstablished)
    {
        switch (operation)
        {
            case SslOperation.Handshake when !wasEstablished:
                State = ConnectionState.Open;
                _counters.Handshakes++;

                // Bytes may be waiting right behind the handshake, and sends may have been queued during it.
                _operations.HoldReadsBehindBlockedWrite(_calls.ReadWaitsForBlockedWrite);
                _operations.Ask(SslOperation.Read);
                AskWrite();
                break;
            case SslOperation.Read:
                _counters.BytesRead += bytes;
                _counters.RecordsRead++;
                Figures.BytesRead += bytes;
                Figures.RecordsRead++;
                break;
            case SslOperation.Write:
                // One, but for a file that the kernel sends: there are as many as it makes of it.
                int records = (bytes + OutboundChunk.Capacity - 1) / OutboundChunk.Capacity;
                _counters.BytesWritten += bytes;
                _counters.RecordsWritten += records;
                Figures.BytesWritten += bytes;
                Figures.RecordsWritten += records;
                break;
            case SslOperation.Shutdown:
                State = State == ConnectionState.PeerClosed ? ConnectionState.Closed : ConnectionState.LocalClosed;
                break;
        }
    }

    private void Enter()
    {
        if (Interlocked.CompareExchange(ref _inside, 1, 0) != 0)
        {
            throw new InvalidOperationException("this SslMachine is in use: one thread at a time, and never from inside one of its own calls (openssl-threads(7))");
        }
    }

    private void Leave() => Volatile.Write(ref _inside, 0);
}
