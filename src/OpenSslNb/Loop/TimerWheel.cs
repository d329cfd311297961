using System.Numerics;

namespace OpenSslNb.Loop;

/// <summary>
/// A hierarchical timing wheel of two levels (Varghese and Lauck): arming, disarming and a turn cost the same with 10 deadlines or 100,000, however far away they are. Deadlines are never early, and late by less
/// than two ticks when the loop is not busy.
/// </summary>
/// <remarks>
/// The near level has a slot for each of the next 1,024 ticks (8 s), the far level one for each of the next 1,024 blocks of so many ticks (2 h). When a block begins, its deadlines move to the near level; one that is further away
/// still waits in the last block and is looked at then. So the loop wakes for a deadline, or once for the block that it is in, and not for the slots that it passes.
/// </remarks>
internal sealed class TimerWheel
{
    /// <summary>Length of a tick.</summary>
    public const int TickMilliseconds = 8;

    private const int SlotCount = 1 << BlockShift;
    private const int SlotMask = SlotCount - 1;
    private const int BlockShift = 10;

    // The near level's slots, then the far level's.
    private readonly LoopTimer?[] _slots = new LoopTimer?[2 * SlotCount];

    // Bit i of the set is 1 exactly when _slots[i] is not empty: finds the next slot without a walk.
    private readonly ulong[] _occupied = new ulong[2 * SlotCount / 64];
    private long _currentTick;

    /// <param name="nowMilliseconds">The clock's time now.</param>
    public TimerWheel(long nowMilliseconds) => _currentTick = nowMilliseconds / TickMilliseconds;

    /// <summary>Armed deadlines.</summary>
    public int Count { get; private set; }

    /// <summary>Arms a timer, or moves it when it is armed.</summary>
    public void Arm(LoopTimer timer, long dueMilliseconds)
    {
        Disarm(timer);

        // Rounded up and never in a slot that has been passed.
        timer.DueTick = Math.Max((dueMilliseconds + TickMilliseconds - 1) / TickMilliseconds, _currentTick + 1);
        Insert(timer);
        Count++;
    }

    /// <summary>Disarms a timer; no effect on one that is not armed.</summary>
    public void Disarm(LoopTimer timer)
    {
        if (!timer.IsArmed) return;
        int slot = timer.Slot;
        if (timer.Previous is null) _slots[slot] = timer.Next;
        else timer.Previous.Next = timer.Next;
        if (timer.Next is not null) timer.Next.Previous = timer.Previous;
        if (_slots[slot] is null) _occupied[slot >> 6] &= ~(1UL << (slot & 63));
        timer.Previous = timer.Next = null;
        timer.Slot = -1;
        Count--;
    }

    /// <summary>Runs what is due.</summary>
    public void Advance(long nowMilliseconds)
    {
        long target = nowMilliseconds / TickMilliseconds;
        while (_currentTick < target)
        {
            _currentTick = Math.Min(NextTick(), target);
            if ((_currentTick & SlotMask) == 0) BeginBlock();
            FireSlot((int)(_currentTick & SlotMask));
        }
    }

    /// <summary>Milliseconds until the wheel must be advanced again; -1 when nothing is armed.</summary>
    public int MillisecondsToNext(long nowMilliseconds)
    {
        if (Count == 0) return -1;
        return (int)Math.Clamp((NextTick() * TickMilliseconds) - nowMilliseconds, 0, int.MaxValue);
    }

    // The next tick at which there is something to do: a deadline, or a block with deadlines in it that begins.
    private long NextTick()
    {
        int near = DistanceToOccupied(0, (int)((_currentTick + 1) & SlotMask));
        long block = _currentTick >> BlockShift;
        int far = DistanceToOccupied(SlotCount, (int)((block + 1) & SlotMask));
        return Math.Min(
            near < 0 ? long.MaxValue : _currentTick + 1 + near,
            far < 0 ? long.MaxValue : (block + 1 + far) << BlockShift);
    }

    private void Insert(LoopTimer timer)
    {
        bool isNear = timer.DueTick - _currentTick < SlotCount;
        long block = Math.Min(timer.DueTick >> BlockShift, (_currentTick >> BlockShift) + SlotMask);
        int slot = (int)((isNear ? timer.DueTick : block) & SlotMask) + (isNear ? 0 : SlotCount);
        timer.Slot = slot;
        timer.Previous = null;
        timer.Next = _slots[slot];
        if (timer.Next is not null) timer.Next.Previous = timer;
        _slots[slot] = timer;
        _occupied[slot >> 6] |= 1UL << (slot & 63);
    }

    // Its deadlines are less than a block away now, but for those that were too far away for the far level.
    private void BeginBlock()
    {
        int slot = SlotCount + (int)((_currentTick >> BlockShift) & SlotMask);
        LoopTimer? timer = _slots[slot];
        _slots[slot] = null;
        _occupied[slot >> 6] &= ~(1UL << (slot & 63));
        while (timer is not null)
        {
            LoopTimer? next = timer.Next;
            Insert(timer);
            timer = next;
        }
    }

    // A callback may arm and disarm any timer, this slot's too: take one, run it, look again. What is armed meanwhile is due later, and in another slot.
    private void FireSlot(int slot)
    {
        while (_slots[slot] is { } timer)
        {
            Disarm(timer);
            timer.OnDue();
        }
    }

    // Slots from one of a level to the next that is occupied, around the level; -1 when none is.
    private int DistanceToOccupied(int level, int from)
    {
        const int Words = SlotCount / 64;
        ReadOnlySpan<ulong> words = _occupied.AsSpan(level / 64, Words);
        for (int step = 0; step <= Words; step++)
        {
            int word = ((from >> 6) + step) & (Words - 1);
            ulong bits = words[word];
            if (step == 0) bits &= ulong.MaxValue << (from & 63);
            if (bits != 0) return ((word << 6) + BitOperations.TrailingZeroCount(bits) - from) & SlotMask;
        }

        return -1;
    }
}
