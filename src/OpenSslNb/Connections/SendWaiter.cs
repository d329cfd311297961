using System.Threading.Tasks.Sources;

namespace OpenSslNb.Connections;

/// <summary>A send that waits for room. It goes into the queue in order, as room comes; it completes when the last byte is in.</summary>
internal abstract class SendWaiter : IValueTaskSource
{
    private readonly ConnectionDriver _driver;
    private ManualResetValueTaskSourceCore<bool> _completion;
    private CancellationTokenRegistration _cancellation;

    // 1 once completed: by the loop, by cancellation or by the end of the connection, whichever comes first.
    private int _isCompleted;

    protected SendWaiter(ConnectionDriver driver)
    {
        _driver = driver;
        _completion.RunContinuationsAsynchronously = true;
        Node = new LinkedListNode<SendWaiter>(this);
    }

    /// <summary>Its place among the waiters; in no list once it is not waiting any more.</summary>
    public LinkedListNode<SendWaiter> Node { get; }

    /// <summary>True when some of its bytes are in the queue already, or are just being put there. Under the guard of the driver.</summary>
    public bool HasBegun { get; protected set; }

    public ValueTask Task => new(this, _completion.Version);

    public void ObserveCancellation(CancellationToken token)
    {
        if (!token.CanBeCanceled) return;
        CancellationTokenRegistration registration = token.UnsafeRegister(static (state, token) => ((SendWaiter)state!).OnCancelled(token), this);
        _cancellation = registration;

        // Who completes sets the flag and then looks at the registration. Without the fence both could look too early, and the token would keep this waiter for its whole life.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isCompleted) == 1) registration.Dispose();
    }

    public void Complete()
    {
        if (TryComplete()) _completion.SetResult(true);
    }

    public void Fail(Exception exception)
    {
        if (TryComplete()) _completion.SetException(exception);
    }

    public void Cancel(CancellationToken token) => Fail(new OperationCanceledException(token));

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    /// <summary>It waits no more, for whatever reason. Once.</summary>
    protected virtual void OnCompleted()
    {
        // Memory is the garbage collector's.
    }

    private void OnCancelled(CancellationToken token) => _driver.Cancel(this, token);

    private bool TryComplete()
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) == 1) return false;
        _cancellation.Unregister();
        OnCompleted();
        return true;
    }
}

/// <summary>A send of memory that found no room.</summary>
internal sealed class MemorySend(ConnectionDriver driver, ReadOnlyMemory<byte> data) : SendWaiter(driver)
{
    private ReadOnlyMemory<byte> _rest = data;

    public bool IsAllTaken => _rest.IsEmpty;

    /// <summary>The next bytes, at most so many. Under the guard of the driver.</summary>
    public ReadOnlySpan<byte> Take(int most)
    {
        HasBegun = true;
        int count = Math.Min(most, _rest.Length);
        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }
}
