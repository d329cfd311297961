namespace OpenSslNb.Engine;

/// <summary>
/// Plaintext that waits to be written, in call order. The bytes at the head may be frozen as the pending write; what is appended later always lands behind them.
/// </summary>
/// <remarks>Not safe for two threads at once: its owner guards it.</remarks>
internal sealed class OutboundQueue(ChunkPool pool)
{
    // Invariant: _head..._tail is a list of chunks, each with Length > 0; both null when the queue is empty.
    private OutboundChunk? _head;
    private OutboundChunk? _tail;

    // Invariant: 0 when nothing is frozen, else the length of the frozen bytes at _head.Start.
    private int _frozen;

    private int _recordLimit = OutboundChunk.Capacity;

    /// <summary>Most bytes of one write, and so of one record; from the next one that is begun.</summary>
    public int RecordLimit
    {
        get => _recordLimit;
        set => _recordLimit = value is > 0 and <= OutboundChunk.Capacity ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"a record holds 1 to {OutboundChunk.Capacity} bytes");
    }

    /// <summary>Bytes in the queue, the frozen ones included.</summary>
    public long Length { get; private set; }

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>True from the moment a write was begun until it was completed.</summary>
    public bool HasPendingWrite => _frozen != 0;

    /// <summary>Copies bytes behind everything that is queued. An empty span changes nothing: a zero-length write never reaches OpenSSL.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            OutboundChunk chunk = TailWithRoom();
            int count = Math.Min(data.Length, OutboundChunk.Capacity - chunk.End);
            data[..count].CopyTo(chunk.Memory.AsSpan(chunk.End));
            chunk.End += count;
            Length += count;
            data = data[count..];
        }
    }

    /// <summary>Has the source write bytes behind everything that is queued, at most as many as fit one chunk.</summary>
    /// <returns>How many the source wrote. When it throws, the queue is as it was.</returns>
    public int AppendFrom(IOutboundSource source, long most)
    {
        OutboundChunk? tail = _tail is { } last && last.End < OutboundChunk.Capacity ? last : null;
        OutboundChunk chunk = tail ?? pool.Rent();
        int count = 0;
        try
        {
            count = source.Read(chunk.Memory.AsSpan(chunk.End, (int)Math.Min(most, OutboundChunk.Capacity - chunk.End)));
            chunk.End += count;
            Length += count;
            return count;
        }
        finally
        {
            if (tail is null && count > 0) Link(chunk);
            else if (tail is null) pool.Return(chunk);
        }
    }

    /// <summary>Moves everything out of <paramref name="source"/> behind what is queued here. Full chunks change hands; small ones are copied together, so that many small sends do not each keep a chunk.</summary>
    /// <remarks>The source must have no pending write: frozen bytes do not change hands.</remarks>
    public void TakeAll(OutboundQueue source)
    {
        if (source.HasPendingWrite) throw new InvalidOperationException("a queue with a pending write cannot be moved");
        while (source._head is { } chunk)
        {
            if (chunk.Length <= OutboundChunk.Capacity / 2 && _tail is { } tail && tail.End + chunk.Length <= OutboundChunk.Capacity)
            {
                Append(chunk.Memory.AsSpan(chunk.Start, chunk.Length));
                source.RemoveHead();
                continue;
            }

            source._head = chunk.Next;
            chunk.Next = null;
            Link(chunk);
            Length += chunk.Length;
        }

        source._tail = null;
        source.Length = 0;
    }

    /// <summary>Gives the write at the head: the pending one if there is one, unchanged, else as much as fits one record, which is frozen now.</summary>
    /// <returns>False when the queue is empty.</returns>
    public bool TryBegin(out PendingWrite write)
    {
        if (_head is null)
        {
            write = default;
            return false;
        }

        if (_frozen == 0) _frozen = Math.Min(_head.Length, _recordLimit);
        write = new PendingWrite(_head, _head.Start, _frozen);
        return true;
    }

    /// <summary>Length that <see cref="TryBegin"/> would give now, without freezing anything; 0 when the queue is empty.</summary>
    public int NextLength => _frozen != 0 ? _frozen : Math.Min(_head?.Length ?? 0, _recordLimit);

    /// <summary>OpenSSL has taken the pending write: drops its bytes.</summary>
    public void CompletePending()
    {
        if (_head is null || _frozen == 0) throw new InvalidOperationException("no write is pending");
        _head.Start += _frozen;
        Length -= _frozen;
        _frozen = 0;
        if (_head.Length == 0) RemoveHead();
    }

    /// <summary>Drops everything. Only when OpenSSL will not be called again.</summary>
    public void Clear()
    {
        while (_head is not null) RemoveHead();
        Length = 0;
        _frozen = 0;
    }

    private OutboundChunk TailWithRoom()
    {
        if (_tail is { } tail && tail.End < OutboundChunk.Capacity) return tail;
        OutboundChunk chunk = pool.Rent();
        Link(chunk);
        return chunk;
    }

    private void Link(OutboundChunk chunk)
    {
        if (_tail is null) _head = chunk;
        else _tail.Next = chunk;
        _tail = chunk;
    }

    private void RemoveHead()
    {
        OutboundChunk chunk = _head!;
        _head = chunk.Next;
        if (_head is null) _tail = null;
        pool.Return(chunk);
    }
}
