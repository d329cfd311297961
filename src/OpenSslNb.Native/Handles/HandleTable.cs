namespace OpenSslNb.Native.Handles;

/// <summary>
/// What C holds in place of objects. A handle is 64 bits: a tag that no pointer of a process has, the generation of its slot, and the slot. A handle of an object that is gone never
/// finds another one, since its slot has a new generation. Looking up takes no lock.
/// </summary>
internal static class HandleTable
{
    private const int IndexBits = 24;
    private const int GenerationBits = 32;
    private const int SegmentBits = 10;
    private const ulong IndexMask = (1UL << IndexBits) - 1;
    private const ulong Tag = 0xA5UL << (IndexBits + GenerationBits);

    // Segments never move, so that a reader needs no lock.
    private static readonly Slot[]?[] s_segments = new Slot[1 << (IndexBits - SegmentBits)][];
    private static readonly Lock s_gate = new();
    private static readonly Stack<int> s_free = new();
    private static int s_used;

    /// <summary>Objects that C holds now.</summary>
    public static int Count
    {
        get { lock (s_gate) return s_used - s_free.Count; }
    }

    /// <summary>Gives an object a handle, which keeps it alive until <see cref="TryRemove"/>.</summary>
    /// <exception cref="OutOfMemoryException">There are too many.</exception>
    public static nint Add(object target)
    {
        lock (s_gate)
        {
            if (!s_free.TryPop(out int index))
            {
                if (s_used > (int)IndexMask) throw new OutOfMemoryException("no more handles");
                index = s_used;
                s_segments[index >> SegmentBits] ??= new Slot[1 << SegmentBits];
                s_used++;
            }

            ref Slot slot = ref SlotOf(index);
            slot.Generation++;
            slot.Target = target;
            Volatile.Write(ref slot.Handle, Tag | ((ulong)slot.Generation << IndexBits) | (uint)index);
            return (nint)slot.Handle;
        }
    }

    /// <summary>The object; null when the handle is none, or none any more.</summary>
    public static object? Find(nint handle)
    {
        ulong value = (ulong)handle;
        if (s_segments[(int)(value & IndexMask) >> SegmentBits] is not { } segment) return null;
        ref Slot slot = ref segment[(int)value & ((1 << SegmentBits) - 1)];
        if (value == 0 || Volatile.Read(ref slot.Handle) != value) return null;
        object? target = Volatile.Read(ref slot.Target);

        // Removed meanwhile, and perhaps another's already.
        return Volatile.Read(ref slot.Handle) == value ? target : null;
    }

    /// <summary>Ends a handle. Of several threads one gets true.</summary>
    public static bool TryRemove(nint handle)
    {
        ulong value = (ulong)handle;
        if (value == 0 || s_segments[(int)(value & IndexMask) >> SegmentBits] is null) return false;
        ref Slot slot = ref SlotOf((int)(value & IndexMask));
        if (Interlocked.CompareExchange(ref slot.Handle, 0, value) != value) return false;
        Volatile.Write(ref slot.Target, null);
        lock (s_gate) s_free.Push((int)(value & IndexMask));
        return true;
    }

    private static ref Slot SlotOf(int index) => ref s_segments[index >> SegmentBits]![index & ((1 << SegmentBits) - 1)];

    private struct Slot
    {
        public ulong Handle;
        public object? Target;
        public uint Generation;
    }
}
