namespace OpenSslNb.BogoShim;

/// <summary>Sessions that are not found at once, and by another thread.</summary>
internal sealed class LaterSessions(int capacity) : ITlsSessionStore
{
    private readonly MemorySessionStore _sessions = new(capacity);

    public int Count => _sessions.Count;

    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(ReadOnlyMemory<byte> id)
    {
        await Task.Yield();
        return await _sessions.FindAsync(id);
    }

    public void Add(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> session, TimeSpan lifetime) => _sessions.Add(id, session, lifetime);

    public void Remove(ReadOnlyMemory<byte> id) => _sessions.Remove(id);
}
