using System.Threading.Tasks.Sources;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>Turns callbacks into reads: data goes straight into a waiting read, or is kept within a bound until the next one. While much is kept, reading is paused.</summary>
internal sealed class StreamHandler : TlsConnectionHandler, IValueTaskSource<int>
{
    private const int HighWaterMark = 64 * 1024;
    private const int LowWaterMark = 16 * 1024;

    private readonly Lock _gate = new();

    // All below guarded by _gate.
    private ByteFifo _kept;
    private ManualResetValueTaskSourceCore<int> _read = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _readCancellation;
    private CancellationToken _readToken;
    private Memory<byte> _destination;
    private bool _isReading;
    private bool _isPaused;
    private bool _isEnded;
    private bool _isDisposed;
    private Exception? _failure;

    /// <summary>Called when the handshake has ended; null when somebody else waits for that.</summary>
    public Action<StreamHandler>? Opened { get; init; }

    public TlsConnection Connection { get; private set; } = null!;

    public override void OnOpened(TlsConnection connection)
    {
        Connection = connection;
        Opened?.Invoke(this);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            if (_isReading && _destination.Length > 0)
            {
                int count = Math.Min(data.Length, _destination.Length);
                data[..count].CopyTo(_destination.Span);
                data = data[count..];
                CompleteRead(count);
            }

            _kept.Append(data);
            if (_kept.Length < HighWaterMark || _isPaused) return;
            _isPaused = true;

            // Under the gate, as its counterpart: a pause that overtook the resumption would last for ever.
            connection.PauseReading();
        }
    }

    public override void OnPeerClosed(TlsConnection connection)
    {
        lock (_gate) End(null);
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        lock (_gate) End(outcome.IsOrderly ? null : connection.ClosedFault());
    }

    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        lock (_gate)
        {
            if (_isReading) throw new InvalidOperationException("another read is running: one read at a time");
            if (_isDisposed) throw new ObjectDisposedException(nameof(TlsStream));
            if (_kept.Length == 0 && !_isEnded && destination.Length > 0) return BeginRead(destination, cancellationToken);
            if (_kept.Length == 0 && _failure is not null) return ValueTask.FromException<int>(_failure);
            int taken = _kept.Take(destination.Span);
            if (_isPaused && _kept.Length <= LowWaterMark)
            {
                _isPaused = false;
                Connection.ResumeReading();
            }

            return ValueTask.FromResult(taken);
        }
    }

    /// <summary>Nobody reads any more: ends a waiting read, and closes the connection in good order.</summary>
    public void DisposeStream()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _kept.Dispose();
            End(new ObjectDisposedException(nameof(TlsStream)));
        }

        Connection.Close();
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        // The only consumer has come: the source may serve the next read.
        try
        {
            return _read.GetResult(token);
        }
        finally
        {
            lock (_gate)
            {
                _read.Reset();
                _isReading = false;
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    // Under the gate.
    private ValueTask<int> BeginRead(Memory<byte> destination, CancellationToken cancellationToken)
    {
        _isReading = true;
        _destination = destination;
        _readToken = cancellationToken;
        short version = _read.Version;
        if (cancellationToken.CanBeCanceled)
        {
            // If it is cancelled already, the callback runs inside this call: the gate may be entered again by its own thread.
            _readCancellation = cancellationToken.UnsafeRegister(static (state, token) => ((StreamHandler)state!).CancelRead(token), this);
        }

        return new ValueTask<int>(this, version);
    }

    private void CancelRead(CancellationToken token)
    {
        lock (_gate)
        {
            // A late callback of an earlier read must not end the one that runs now.
            if (_destination.Length == 0 || token != _readToken) return;
            _destination = default;
            _read.SetException(new OperationCanceledException(token));
        }
    }

    // Under the gate. An empty destination marks that the waiting read, if any, has its result.
    private void CompleteRead(int count)
    {
        _destination = default;
        _readCancellation.Unregister();
        _read.SetResult(count);
    }

    // Under the gate. The first end counts.
    private void End(Exception? failure)
    {
        if (_isEnded && !_isDisposed) return;
        _isEnded = true;
        _failure ??= failure;
        if (_destination.Length == 0) return;
        if (failure is null)
        {
            CompleteRead(0);
            return;
        }

        _destination = default;
        _readCancellation.Unregister();
        _read.SetException(failure);
    }
}
