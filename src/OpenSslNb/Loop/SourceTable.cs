using OpenSslNb.Polling;

namespace OpenSslNb.Loop;

/// <summary>The sources of a loop by token. A token carries a generation, so that an event for a closed source is never taken for its successor's.</summary>
internal sealed class SourceTable
{
    /// <summary>The token of the loop's own wake-up descriptor.</summary>
    public static readonly Token WakerToken = new(-1);

    private readonly Stack<int> _free = new();
    private LoopSource?[] _sources = new LoopSource?[64];
    private int[] _generations = new int[64];
    private int _used;

    /// <summary>Sources attached now.</summary>
    public int Count { get; private set; }

    public void Add(LoopSource source)
    {
        if (!_free.TryPop(out int index)) index = _used++;
        if (index == _sources.Length)
        {
            Array.Resize(ref _sources, 2 * index);
            Array.Resize(ref _generations, 2 * index);
        }

        _sources[index] = source;
        source.Index = index;
        Count++;
    }

    public void Remove(LoopSource source)
    {
        int index = source.Index;
        _sources[index] = null;
        _generations[index] = (_generations[index] + 1) & int.MaxValue;
        _free.Push(index);
        source.Index = -1;
        Count--;
    }

    public Token TokenOf(LoopSource source) => new(((long)_generations[source.Index] << 32) | (uint)source.Index);

    public LoopSource? Find(Token token)
    {
        int index = (int)token.Value;
        return index < _sources.Length && _generations[index] == (int)(token.Value >> 32) ? _sources[index] : null;
    }

    /// <summary>What is queued on all sources together. From any thread; of those that come and go meanwhile some are counted.</summary>
    public long SumQueuedBytes()
    {
        long sum = 0;
        foreach (LoopSource? source in Volatile.Read(ref _sources)) sum += source?.QueuedBytes ?? 0;
        return sum;
    }

    public LoopSource[] Snapshot() => [.. _sources.OfType<LoopSource>()];
}
