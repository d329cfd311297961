using OpenSslNb.Transport;

namespace OpenSslNb.OpenSsl;

/// <summary>
/// A handshake whose steps run on workers, because a private key of it may take its time. OpenSSL works on memory meanwhile; the loop brings what came, one record at a time, and takes what is to go.
/// </summary>
/// <remarks>
/// <code>
///  Idle ──Start──► Running ──► Finished ──► Idle, or over
///                     └──Abandon──► the worker frees the SSL
/// </code>
/// While it is running only the worker touches the SSL; at all other times only the loop does.
/// </remarks>
internal sealed class OffLoopHandshake
{
    private const int LargestRecord = (16 * 1024) + 2048 + 5;
    private const int Idle = 0;
    private const int Running = 1;
    private const int Finished = 2;
    private const int Abandoned = 3;

    private readonly SslInstance _instance;
    private readonly CiphertextTransport _real;
    private readonly TlsWorkers _workers;
    private readonly byte[] _record = new byte[LargestRecord];
    private RecordBoundary _boundary;
    private int _state;
    private SslStep _result;
    private bool _needsInput;
    private TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OffLoopHandshake(SslInstance instance, CiphertextTransport real, TlsWorkers workers, bool isServer)
    {
        _instance = instance;
        _real = real;
        _workers = workers;
        _needsInput = isServer;
        _finished.SetResult();
        Memory = new MemoryTransport(128 * 1024, real.MostAtATime, isStuttering: true);
    }

    /// <summary>What OpenSSL reads and writes until the handshake has ended. It is stopped there as often as it would be by a tester's own.</summary>
    public MemoryTransport Memory { get; }

    /// <summary>Ends when the step that is running does.</summary>
    public Task Waiting => _finished.Task;

    /// <summary>Goes on as far as it goes without a worker.</summary>
    public SslStep Step()
    {
        int state = Volatile.Read(ref _state);
        if (state == Running) return SslStep.Blocked(SslWant.Async);
        if (state == Finished)
        {
            if (!TryPushOutput()) return SslStep.Blocked(SslWant.Write);
            Volatile.Write(ref _state, Idle);
            if (!_result.IsBlocked) return _result.IsDone ? End() : _result;

            // The application may have answered while the worker was still at it: nobody would tell that again.
            if (_result.Want != SslWant.Read && !_instance.IsAnswered) return _result;
            _needsInput = _result.Want == SslWant.Read;
        }

        if (_needsInput && !TryPullRecord()) return SslStep.Blocked(SslWant.Read);
        _needsInput = false;
        return Start();
    }

    /// <summary>The connection is over.</summary>
    /// <returns>True when a worker is at it, and will free it.</returns>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _state, Abandoned, Running) == Running;

    private SslStep Start()
    {
        _finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _state, Running);
        if (_workers.TryQueue(Run)) return SslStep.Blocked(SslWant.Async);
        Volatile.Write(ref _state, Idle);
        _finished.SetResult();
        return SslStep.Failed(new CloseOutcome(CloseReason.LocalError, new ObjectDisposedException(nameof(TlsWorkers))));
    }

    // On a worker.
    private void Run()
    {
        try
        {
            var calls = new SslCalls(_instance);
            do _result = calls.HandshakeHere();
            while (_result.IsBlocked && Memory.HasPutOff(_result.Want));
        }
        catch (Exception e)
        {
            _result = SslStep.Failed(new CloseOutcome(CloseReason.LocalError, e));
        }

        // Once it is told that this step has ended, the loop may begin the next one.
        TaskCompletionSource finished = _finished;
        if (Interlocked.CompareExchange(ref _state, Finished, Running) == Abandoned)
        {
            _instance.Free();
            finished.SetResult();
            return;
        }

        finished.SetResult();
        _instance.Answered?.Invoke();
    }

    private SslStep End()
    {
        _instance.ComeBack(_real);
        Memory.Dispose();
        return _result;
    }

    // True when all of it is off our hands.
    private bool TryPushOutput()
    {
        while (Memory.Output.Length > 0)
        {
            int taken = _real.OnBioWrite(Memory.Output);
            if (taken < 0) return false;
            Memory.SkipOutput(taken);
        }

        return true;
    }

    // True when there is something for OpenSSL to look at: a whole record, what is none, or the end. Never a byte of the next one, which may not be the handshake's.
    private bool TryPullRecord()
    {
        do
        {
            int wanted = Math.Min(_boundary.Wanted, _record.Length);
            int count = _real.OnBioRead(_record.AsSpan(0, wanted));
            if (count == 0) Memory.FeedEndOfStream();
            if (count < 0) Memory.Errno = _real.Errno;
            if (count <= 0) return count == 0 || _real.Errno != 0;
            _ = _boundary.PassOne(_record.AsSpan(0, count));
            Memory.Feed(_record.AsSpan(0, count));
        }
        while (!_boundary.IsBetweenRecords && !_boundary.IsForeign);
        return true;
    }
}
