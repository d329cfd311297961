namespace OpenSslNb.Loop;

/// <summary>A question that only the loop's thread may answer, for others to wait for.</summary>
/// <param name="ask">Runs on the loop's thread; what it throws is the task's.</param>
/// <param name="abandoned">Why there is no answer when the loop has stopped.</param>
internal sealed class LoopCall<T>(Func<T> ask, Func<Exception> abandoned) : InboxItem
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    protected internal override void RunOnLoop()
    {
        try
        {
            _answer.TrySetResult(ask());
        }
        catch (Exception e)
        {
            _answer.TrySetException(e);
        }
    }

    protected internal override void OnAbandoned() => _answer.TrySetException(abandoned());
}
