namespace OpenSslNb.Engine;

/// <summary>Keeps free chunks, so that steady traffic allocates nothing. May be used from any thread.</summary>
internal sealed class ChunkPool
{
    /// <summary>16 MiB of free chunks; more than that goes back to the garbage collector.</summary>
    private const int MaximumFree = 1024;

    private readonly Lock _gate = new();
    private OutboundChunk? _free;
    private int _count;

    /// <summary>Chunks at rest in the pool.</summary>
    public int FreeCount
    {
        get { lock (_gate) return _count; }
    }

    public OutboundChunk Rent()
    {
        lock (_gate)
        {
            if (_free is { } chunk)
            {
                _free = chunk.Next;
                _count--;
                chunk.Next = null;
                return chunk;
            }
        }

        return new OutboundChunk();
    }

    /// <summary>Takes a chunk back. The caller must not touch it again.</summary>
    public void Return(OutboundChunk chunk)
    {
        chunk.Start = chunk.End = 0;
        lock (_gate)
        {
            if (_count == MaximumFree) return;
            chunk.Next = _free;
            _free = chunk;
            _count++;
        }
    }
}
