namespace OpenSslNb.Peers.Tests;

/// <summary>Answers what a handshake asks the application: at once or, when the test lets it, on another thread.</summary>
internal sealed class Answers(bool later)
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<T> GiveAsync<T>(Func<T> answer)
    {
        _asked.TrySetResult();
        if (later) await _released.Task;
        return answer();
    }

    /// <summary>The question was asked; what waits for its answer gets it.</summary>
    public async Task ReleaseAsync()
    {
        await AskedAsync();
        _released.TrySetResult();
    }

    public Task AskedAsync() => _asked.Task.WaitAsync(ExternalProcess.Deadline);
}
