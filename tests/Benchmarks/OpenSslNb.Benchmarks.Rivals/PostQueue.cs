using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>Messages of many threads for the one who may write to the stream: he takes all that came meanwhile at once.</summary>
internal sealed class PostQueue : IPostTarget, IValueTaskSource
{
    private const int Capacity = 512 * 1024;

    private readonly object _gate = new();
    private byte[] _filling = GC.AllocateUninitializedArray<byte>(Capacity);
    private byte[] _writing = GC.AllocateUninitializedArray<byte>(Capacity);
    private ManualResetValueTaskSourceCore<bool> _something = new() { RunContinuationsAsynchronously = true };
    private int _filled;
    private bool _writerWaits;
    private bool _isClosed;

    public bool Post(ReadOnlySpan<byte> message)
    {
        bool wakes;
        lock (_gate)
        {
            while (_filled + message.Length > Capacity && !_isClosed) Monitor.Wait(_gate);
            if (_isClosed) return false;
            message.CopyTo(_filling.AsSpan(_filled));
            _filled += message.Length;
            wakes = _writerWaits;
            _writerWaits = false;
        }

        if (wakes) _something.SetResult(true);
        return true;
    }

    /// <summary>No message is taken any more; posters and the writer are let go.</summary>
    public void Close()
    {
        bool wakes;
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
            wakes = _writerWaits;
            _writerWaits = false;
        }

        if (wakes) _something.SetResult(true);
    }

    /// <summary>All that was posted so far, valid until the next call.</summary>
    /// <returns>False when the queue is closed, or when there is nothing: then <see cref="WaitAsync"/>.</returns>
    public bool TryTake(out ReadOnlyMemory<byte> messages)
    {
        lock (_gate)
        {
            messages = default;
            if (_isClosed || _filled == 0) return false;
            (_filling, _writing) = (_writing, _filling);
            messages = _writing.AsMemory(0, _filled);
            _filled = 0;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Waits until there is something to take. One waiter at a time.</summary>
    /// <returns>False when the queue is closed.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync()
    {
        ValueTask something;
        lock (_gate)
        {
            if (_isClosed || _filled > 0) return !_isClosed;
            _something.Reset();
            _writerWaits = true;
            something = new ValueTask(this, _something.Version);
        }

        await something;
        return !Volatile.Read(ref _isClosed);
    }

    public void GetResult(short token) => _ = _something.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _something.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _something.OnCompleted(continuation, state, token, flags);
}
