namespace OpenSslNb;

/// <summary>Keeps sessions in memory, for the loops of one process: bounded, the oldest forgotten first. From any thread.</summary>
public sealed class MemorySessionStore : ITlsSessionStore
{
    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly TimeProvider _time;

    // Guarded by _gate: the same entries, by id and oldest first.
    private readonly Dictionary<string, LinkedListNode<Entry>> _byId = [];
    private readonly LinkedList<Entry> _all = new();

    /// <summary>Makes an empty store.</summary>
    /// <param name="capacity">Most sessions, at least 1; each takes some 200 bytes, and more with client certificates.</param>
    /// <param name="time">By which sessions end; null for the system's.</param>
    public MemorySessionStore(int capacity, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>How many sessions there are, those that have ended and were not asked for since included.</summary>
    public int Count
    {
        get { lock (_gate) return _all.Count; }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> FindAsync(ReadOnlyMemory<byte> id)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(KeyOf(id), out LinkedListNode<Entry>? node)) return new(default(ReadOnlyMemory<byte>?));
            if (node.Value.End > _time.GetUtcNow()) return new(node.Value.Session);
            Drop(node);
            return new(default(ReadOnlyMemory<byte>?));
        }
    }

    /// <inheritdoc/>
    public void Add(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> session, TimeSpan lifetime)
    {
        lock (_gate)
        {
            string key = KeyOf(id);
            if (_byId.TryGetValue(key, out LinkedListNode<Entry>? before)) Drop(before);
            _byId.Add(key, _all.AddLast(new Entry(key, session, _time.GetUtcNow() + lifetime)));
            if (_all.Count > _capacity) Drop(_all.First!);
        }
    }

    /// <inheritdoc/>
    public void Remove(ReadOnlyMemory<byte> id)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(KeyOf(id), out LinkedListNode<Entry>? node)) Drop(node);
        }
    }

    private static string KeyOf(ReadOnlyMemory<byte> id) => Convert.ToHexString(id.Span);

    private void Drop(LinkedListNode<Entry> node)
    {
        _all.Remove(node);
        _byId.Remove(node.Value.Key);
    }

    private readonly record struct Entry(string Key, ReadOnlyMemory<byte> Session, DateTimeOffset End);
}
