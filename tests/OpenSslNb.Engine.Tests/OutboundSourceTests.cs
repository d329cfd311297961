using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>Bytes that a source writes straight into the queue's memory.</summary>
public sealed class OutboundSourceTests
{
    private const int Capacity = OutboundChunk.Capacity;
    private ChunkPool _pool = null!;
    private OutboundQueue _queue = null!;

    [SetUp]
    public void Fresh_queue()
    {
        _pool = new ChunkPool();
        _queue = new OutboundQueue(_pool);
    }

    [Test]
    public void A_source_writes_behind_what_is_queued_and_what_is_frozen_stays_as_it_is()
    {
        _queue.Append("frozen"u8);
        nint pending = OutboundQueueTests.PointerOf(Begin());
        Assert.That(_queue.AppendFrom(new Source("file"u8.ToArray()), 100), Is.EqualTo(4));
        Assert.That(Begin().Bytes.ToArray(), Is.EqualTo("frozen"u8.ToArray()));
        Assert.That(OutboundQueueTests.PointerOf(Begin()), Is.EqualTo(pending));
        _queue.CompletePending();
        Assert.That(OutboundQueueTests.Drain(_queue), Is.EqualTo("file"u8.ToArray()));
    }

    [Test]
    public void A_source_is_asked_for_no_more_than_is_wanted_and_fits_the_chunk()
    {
        byte[] data = OutboundQueueTests.Pattern(2 * Capacity);
        var source = new Source(data);
        Assert.That(_queue.AppendFrom(source, 10), Is.EqualTo(10));
        Assert.That(_queue.AppendFrom(source, long.MaxValue), Is.EqualTo(Capacity - 10));
        Assert.That(_queue.AppendFrom(source, long.MaxValue), Is.EqualTo(Capacity));
        Assert.That(_queue.AppendFrom(source, long.MaxValue), Is.Zero, "the source is empty");
        Assert.That(_queue.Length, Is.EqualTo(data.Length));
        Assert.That(OutboundQueueTests.Drain(_queue), Is.EqualTo(data));
    }

    [Test]
    public void A_source_that_fails_or_has_nothing_leaves_the_queue_as_it_was()
    {
        Assert.That(_queue.AppendFrom(new Source([]), 1), Is.Zero);
        Assert.That(() => _queue.AppendFrom(new Source(null), 1), Throws.TypeOf<IOException>());
        Assert.That(_queue.TryBegin(out _), Is.False);
        Assert.That(_pool.FreeCount, Is.EqualTo(1), "the chunk went back");
        _queue.Append("x"u8);
        Assert.That(() => _queue.AppendFrom(new Source(null), 1), Throws.TypeOf<IOException>());
        Assert.That(OutboundQueueTests.Drain(_queue), Is.EqualTo("x"u8.ToArray()));
    }

    private PendingWrite Begin()
    {
        Assert.That(_queue.TryBegin(out PendingWrite write), Is.True);
        return write;
    }

    // Null: it fails.
    private sealed class Source(byte[]? data) : IOutboundSource
    {
        private int _given;

        public int Read(Span<byte> destination)
        {
            if (data is null) throw new IOException("the disk is broken");
            int count = Math.Min(destination.Length, data.Length - _given);
            data.AsSpan(_given, count).CopyTo(destination);
            _given += count;
            return count;
        }
    }
}
