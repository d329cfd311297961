using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

public sealed class OutboundQueueTests
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
    public void An_empty_queue_has_nothing_to_write()
    {
        Assert.That(_queue.TryBegin(out PendingWrite write), Is.False);
        Assert.That(write.Length, Is.Zero);
        Assert.That((_queue.Length, _queue.IsEmpty, _queue.HasPendingWrite, _queue.NextLength), Is.EqualTo((0L, true, false, 0)));
    }

    [Test]
    public void Zero_length_data_never_becomes_a_write()
    {
        _queue.Append([]);
        Assert.That(_queue.TryBegin(out _), Is.False);
        Assert.That(_queue.HasPendingWrite, Is.False);
        _queue.Append("x"u8);
        _queue.Append([]);
        Assert.That(Drain(_queue), Is.EqualTo("x"u8.ToArray()));
    }

    [Test]
    public void Small_sends_leave_in_call_order_as_one_write()
    {
        _queue.Append("one "u8);
        _queue.Append("two "u8);
        _queue.Append("three"u8);
        Assert.That(_queue.NextLength, Is.EqualTo(13));
        Assert.That(_queue.TryBegin(out PendingWrite write), Is.True);
        Assert.That(write.Bytes.ToArray(), Is.EqualTo("one two three"u8.ToArray()));
    }

    [Test]
    public void No_write_is_longer_than_a_record_may_be_and_a_pending_one_stays_as_it_is()
    {
        _queue.RecordLimit = 4;
        _queue.Append("abcdefghij"u8);
        Assert.That(_queue.NextLength, Is.EqualTo(4));
        _ = _queue.TryBegin(out PendingWrite first);
        Assert.That(first.Bytes.ToArray(), Is.EqualTo("abcd"u8.ToArray()));

        // It was seen by OpenSSL: its retry must have the same length, whatever is allowed by then.
        _queue.RecordLimit = 2;
        _ = _queue.TryBegin(out PendingWrite retry);
        Assert.That((retry.Length, _queue.NextLength), Is.EqualTo((4, 4)));
        _queue.CompletePending();
        Assert.That(_queue.NextLength, Is.EqualTo(2));
        _queue.RecordLimit = Capacity;
        Assert.That(Drain(_queue), Is.EqualTo("efghij"u8.ToArray()));
        Assert.That(() => _queue.RecordLimit = 0, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _queue.RecordLimit = Capacity + 1, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_pending_write_keeps_its_pointer_length_and_bytes_whatever_is_appended()
    {
        _queue.Append(Pattern(100));
        PendingWrite first = Begin();
        nint pointer = PointerOf(first);
        byte[] bytes = first.Bytes.ToArray();
        for (int i = 0; i < 3 * Capacity; i += 1000)
        {
            _queue.Append(Pattern(1000, seed: i));
            PendingWrite again = Begin();
            Assert.That((PointerOf(again), again.Length), Is.EqualTo((pointer, 100)));
            Assert.That(again.Bytes.SequenceEqual(bytes), Is.True);
            Assert.That((_queue.HasPendingWrite, _queue.NextLength), Is.EqualTo((true, 100)));
        }

        _queue.CompletePending();
        Assert.That(_queue.NextLength, Is.EqualTo(Capacity - 100), "what was appended to the same chunk comes next");
    }

    [Test]
    public void The_memory_of_a_pending_write_does_not_move_in_a_compaction()
    {
        _queue.Append(Pattern(100));
        nint pointer = PointerOf(Begin());
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        Assert.That(PointerOf(Begin()), Is.EqualTo(pointer));
    }

    [Test]
    public void The_length_is_free_until_the_write_is_begun()
    {
        _queue.Append("a"u8);
        Assert.That((_queue.NextLength, _queue.HasPendingWrite), Is.EqualTo((1, false)));
        _queue.Append("b"u8);
        Assert.That(_queue.NextLength, Is.EqualTo(2));
        Assert.That(Begin().Length, Is.EqualTo(2));
    }

    [TestCase(1)]
    [TestCase(Capacity - 1)]
    [TestCase(Capacity)]
    [TestCase(Capacity + 1)]
    [TestCase(2 * Capacity)]
    [TestCase((3 * Capacity) + 7)]
    public void A_write_never_exceeds_one_record_and_nothing_is_lost_at_the_edges(int length)
    {
        byte[] data = Pattern(length);
        _queue.Append(data);
        Assert.That(_queue.Length, Is.EqualTo(length));
        Assert.That(Drain(_queue), Is.EqualTo(data));
        Assert.That(_queue.IsEmpty, Is.True);
    }

    [Test]
    public void The_length_counts_frozen_bytes_until_they_are_taken()
    {
        _queue.Append(Pattern(Capacity + 10));
        Begin();
        Assert.That(_queue.Length, Is.EqualTo(Capacity + 10));
        _queue.CompletePending();
        Assert.That((_queue.Length, _queue.HasPendingWrite), Is.EqualTo((10L, false)));
        Begin();
        _queue.CompletePending();
        Assert.That((_queue.Length, _queue.IsEmpty), Is.EqualTo((0L, true)));
    }

    [Test]
    public void Completing_what_was_not_begun_is_refused()
    {
        Assert.Throws<InvalidOperationException>(_queue.CompletePending);
        _queue.Append("x"u8);
        Assert.Throws<InvalidOperationException>(_queue.CompletePending);
        Begin();
        _queue.CompletePending();
        Assert.Throws<InvalidOperationException>(_queue.CompletePending);
    }

    [Test]
    public void Taking_all_of_another_queue_puts_it_behind_the_pending_write()
    {
        var source = new OutboundQueue(_pool);
        _queue.Append(Pattern(50, seed: 1));
        PendingWrite pending = Begin();
        nint pointer = PointerOf(pending);
        source.Append(Pattern(Capacity + 60, seed: 2));
        _queue.TakeAll(source);
        Assert.That((PointerOf(Begin()), Begin().Length, _queue.Length), Is.EqualTo((pointer, 50, (long)Capacity + 110)));
        Assert.That((source.Length, source.IsEmpty, source.TryBegin(out _)), Is.EqualTo((0L, true, false)));
        source.Append("again"u8);
        byte[] expected = [.. Pattern(50, seed: 1), .. Pattern(Capacity + 60, seed: 2)];
        Assert.That(Drain(_queue), Is.EqualTo(expected));
        Assert.That(Drain(source), Is.EqualTo("again"u8.ToArray()), "the emptied queue is as good as new");
    }

    [Test]
    public void A_queue_with_a_pending_write_is_not_moved()
    {
        var source = new OutboundQueue(_pool);
        source.Append("frozen"u8);
        Assert.That(source.TryBegin(out _), Is.True);
        Assert.Throws<InvalidOperationException>(() => _queue.TakeAll(source));
        Assert.That((source.Length, _queue.Length), Is.EqualTo((6L, 0L)));
    }

    [Test]
    public void Many_small_queues_taken_over_share_chunks()
    {
        for (int i = 0; i < 1000; i++)
        {
            var source = new OutboundQueue(_pool);
            source.Append(Pattern(16, seed: i));
            _queue.TakeAll(source);
        }

        Assert.That(_queue.NextLength, Is.EqualTo(1000 * 16));
        Assert.That(_pool.FreeCount, Is.EqualTo(1), "every emptied chunk went round again");
    }

    [TestCase(100, Capacity / 2, 100 + (Capacity / 2))]
    [TestCase(100, (Capacity / 2) + 1, 100)]
    [TestCase((Capacity / 2) + 1, Capacity / 2, (Capacity / 2) + 1)]
    [TestCase(Capacity / 2, Capacity / 2, Capacity)]
    public void A_small_chunk_that_fits_is_copied_into_the_last_one(int queued, int taken, int firstWrite)
    {
        var source = new OutboundQueue(_pool);
        _queue.Append(Pattern(queued, seed: 1));
        source.Append(Pattern(taken, seed: 2));
        _queue.TakeAll(source);
        Assert.That((_queue.NextLength, _queue.Length), Is.EqualTo((firstWrite, (long)queued + taken)));
        byte[] expected = [.. Pattern(queued, seed: 1), .. Pattern(taken, seed: 2)];
        Assert.That(Drain(_queue), Is.EqualTo(expected));
    }

    [Test]
    public void A_full_chunk_changes_hands_without_a_copy()
    {
        var source = new OutboundQueue(_pool);
        source.Append(Pattern(Capacity));
        Assert.That(source.TryBegin(out PendingWrite before), Is.True);
        nint pointer = PointerOf(before);
        source.CompletePending();
        source.Append(Pattern(Capacity));
        _queue.TakeAll(source);
        Assert.That(PointerOf(Begin()), Is.EqualTo(pointer));
    }

    [Test]
    public void Clearing_drops_everything_and_gives_the_chunks_back()
    {
        _queue.Append(Pattern(3 * Capacity));
        Begin();
        _queue.Clear();
        Assert.That((_queue.Length, _queue.HasPendingWrite, _queue.NextLength, _pool.FreeCount), Is.EqualTo((0L, false, 0, 3)));
        _queue.Append("new"u8);
        Assert.That(Drain(_queue), Is.EqualTo("new"u8.ToArray()));
    }

    [Test]
    public void Steady_traffic_uses_the_same_chunk_and_allocates_nothing()
    {
        byte[] message = Pattern(1000);
        var posted = new OutboundQueue(_pool);
        Cycle(posted, message, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(posted, message, 10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private void Cycle(OutboundQueue posted, byte[] message, int times)
    {
        for (int i = 0; i < times; i++)
        {
            posted.Append(message);
            _queue.TakeAll(posted);
            for (int j = 0; j < 20; j++) _queue.Append(message);
            while (_queue.TryBegin(out _)) _queue.CompletePending();
        }
    }

    private PendingWrite Begin()
    {
        Assert.That(_queue.TryBegin(out PendingWrite write), Is.True);
        return write;
    }

    // The memory is pinned: the address outlives the statement.
    internal static unsafe nint PointerOf(in PendingWrite write)
    {
        fixed (byte* pointer = write.Bytes) return (nint)pointer;
    }

    internal static byte[] Drain(OutboundQueue queue)
    {
        var all = new List<byte>();
        while (queue.TryBegin(out PendingWrite write))
        {
            Assert.That(write.Length, Is.InRange(1, Capacity));
            all.AddRange(write.Bytes);
            queue.CompletePending();
        }

        return [.. all];
    }

    internal static byte[] Pattern(int length, int seed = 0)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }
}
