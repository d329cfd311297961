namespace OpenSslNb.OpenSsl;

/// <summary>Something that a handshake has asked the application, which may answer later and from any thread. OpenSSL asks again when the handshake goes on.</summary>
internal sealed class HandshakeQuestion<T>
{
    private readonly Task<T> _answer;

    /// <param name="answer">What the application returned.</param>
    /// <param name="answered">Told once, from whatever thread the answer comes; not when it is there already.</param>
    public HandshakeQuestion(ValueTask<T> answer, Action? answered)
    {
        _answer = answer.AsTask();
        if (_answer.IsCompleted || answered is null) return;
        _ = _answer.ContinueWith(static (_, tell) => ((Action)tell!)(), answered, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public bool IsAnswered => _answer.IsCompleted;

    /// <summary>Ends when the answer is there, whichever it is.</summary>
    public Task Waiting => _answer;

    /// <summary>Once <see cref="IsAnswered"/>. Throws what the application threw.</summary>
    public T Answer => _answer.GetAwaiter().GetResult();
}
