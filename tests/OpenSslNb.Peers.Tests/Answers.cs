namespace OpenSslNb.Peers.Tests;

/// <summary>Answers what a handshake on a loop asks the application: at once or, when the test lets it, on another thread.</summary>
internal sealed class Answers(EventLoop loop, bool later)
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<T> GiveAsync<T>(Func<T> answer)
    {
        _asked.TrySetResult();
        if (later) await _released.Task;
        return answer();
    }

    /// <summary>The question was asked; what waits for its answer gets it, once the loop has seen that there is none yet.</summary>
    public async Task ReleaseAsync()
    {
        await AskedAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(seen.SetResult);
        await seen.Task.WaitAsync(ExternalProcess.Deadline);
        _released.TrySetResult();
    }

    public Task AskedAsync() => _asked.Task.WaitAsync(ExternalProcess.Deadline);
}
