namespace OpenSslNb.Benchmarks.EngineServer;

/// <summary>A count in, so many messages of each worker out.</summary>
internal sealed class PostedHandler(TlsConnection connection, Lazy<PostWorkers> workers) : RequestHandler, IPostTarget
{
    private readonly object _gate = new();
    private CountReader _count;

    // Guarded by _gate for writing; rises when a refused poster should try again.
    private int _attempt;

    public bool Post(ReadOnlySpan<byte> message)
    {
        while (true)
        {
            // Read before the send is refused: whatever is told after that changes it.
            int attempt = Volatile.Read(ref _attempt);
            SendResult result = connection.TrySend(message);
            if (result != SendResult.Full) return result == SendResult.Queued;
            lock (_gate)
            {
                while (_attempt == attempt) Monitor.Wait(_gate);
            }
        }
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        base.OnClosed(connection, outcome);
        WakePosters();
    }

    protected override int Take(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data;
        while (_count.TryRead(ref rest, out long count)) workers.Value.Begin(this, count);
        return data.Length;
    }

    protected override void Resume(TlsConnection connection) => WakePosters();

    private void WakePosters()
    {
        lock (_gate)
        {
            _attempt++;
            Monitor.PulseAll(_gate);
        }
    }
}
