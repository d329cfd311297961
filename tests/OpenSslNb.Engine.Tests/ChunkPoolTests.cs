using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

public sealed class ChunkPoolTests
{
    [Test]
    public void A_returned_chunk_comes_back_empty_and_alone()
    {
        var pool = new ChunkPool();
        OutboundChunk first = pool.Rent();
        OutboundChunk second = pool.Rent();
        (first.Start, first.End, first.Next) = (3, 9, second);
        pool.Return(second);
        pool.Return(first);
        Assert.That(pool.FreeCount, Is.EqualTo(2));
        Assert.That(pool.Rent(), Is.SameAs(first));
        Assert.That((first.Start, first.End, first.Length, first.Next), Is.EqualTo((0, 0, 0, (OutboundChunk?)null)));
        Assert.That(pool.Rent(), Is.SameAs(second));
        Assert.That(pool.FreeCount, Is.Zero);
        Assert.That(pool.Rent(), Is.Not.SameAs(first).And.Not.SameAs(second));
    }

    [Test]
    public void The_pool_keeps_a_bounded_number_of_chunks()
    {
        var pool = new ChunkPool();
        List<OutboundChunk> chunks = [.. Enumerable.Range(0, 1100).Select(_ => pool.Rent())];
        foreach (OutboundChunk chunk in chunks) pool.Return(chunk);
        Assert.That(pool.FreeCount, Is.EqualTo(1024));
        for (int i = 0; i < 1024; i++) Assert.That(chunks, Does.Contain(pool.Rent()));
        Assert.That(pool.FreeCount, Is.Zero);
    }

    [Test]
    public void Threads_never_get_the_same_chunk()
    {
        var pool = new ChunkPool();
        var inUse = new HashSet<OutboundChunk>(ReferenceEqualityComparer.Instance);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            for (int i = 0; i < 5000; i++)
            {
                OutboundChunk chunk = pool.Rent();
                lock (inUse) Assert.That(inUse.Add(chunk), Is.True);
                lock (inUse) inUse.Remove(chunk);
                pool.Return(chunk);
            }
        });
        Assert.That(pool.FreeCount, Is.InRange(1, 4));
    }
}
