using System.Threading.Tasks.Sources;

namespace OpenSslNb.Connections;

/// <summary>A send that found no room. Its bytes go into the queue in order, as room comes; it completes when the last one is in.</summary>
internal sealed class SendWaiter : IValueTaskSource
{
    private readonly ConnectionDriver _driver;
    private ManualResetValueTaskSourceCore<bool> _completion;
    private ReadOnlyMemory<byte> _rest;
    private CancellationTokenRegistration _cancellation;

    // 1 once completed: by the loop, by cancellation or by the end of the connection, whichever comes first.
    private int _isCompleted;

    public SendWaiter(ConnectionDriver driver, ReadOnlyMemory<byte> data)
    {
        _driver = driver;
        _rest = data;
        _completion.RunContinuationsAsynchronously = true;
        Node = new LinkedListNode<SendWaiter>(this);
    }

    /// <summary>Its place among the waiters; in no list once it is not waiting any more.</summary>
    public LinkedListNode<SendWaiter> Node { get; }

    /// <summary>True when some of its bytes are in the queue already.</summary>
    public bool HasBegun { get; private set; }

    public bool IsAllTaken => _rest.IsEmpty;

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

    /// <summary>The next bytes, at most so many. Under the guard of the driver.</summary>
    public ReadOnlySpan<byte> Take(int most)
    {
        HasBegun = true;
        int count = Math.Min(most, _rest.Length);
        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
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

    private void OnCancelled(CancellationToken token) => _driver.Cancel(this, token);

    private bool TryComplete()
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) == 1) return false;
        _cancellation.Unregister();
        return true;
    }
}
