using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>Larger blocks than Kestrel's own: its pipes receive and decrypt into one block at a time, so that each carries several records instead of a part of one.</summary>
internal sealed class LargeBlockPool(int blockSize) : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private readonly ConcurrentQueue<Block> _free = new();

    public override int MaxBufferSize => blockSize;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlockPool(blockSize);

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockSize);
        if (!_free.TryDequeue(out Block? block)) block = new Block(this, GC.AllocateUninitializedArray<byte>(blockSize, pinned: true));
        return block;
    }

    protected override void Dispose(bool disposing) => _free.Clear();

    private sealed class Block(LargeBlockPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => bytes;

        public void Dispose() => pool._free.Enqueue(this);
    }
}
