namespace OpenSslNb.Loop;

/// <summary>
/// A hashed timing wheel (Varghese and Lauck): arming, disarming and a tick cost the same with 10 deadlines or 100,000. A deadline further away than one revolution stays in its slot for
/// as many passes as it takes. Deadlines are never early, and late by less than two ticks when the loop is not busy.
/// </summary>
internal sealed class TimerWheel
{
    /// <summary>Length of a tick.</summary>
    public const int TickMilliseconds = 8;

    private const int SlotCount = 1024;
    private const int SlotMask = SlotCount - 1;

    private readonly LoopTimer?[] _slots = new LoopTimer?[SlotCount];

    // Bit i of the set is 1 exactly when _slots[i] is not empty: finds the next slot without a walk.
    private readonly ulong[] _occupied = new ulong[SlotCount / 64];
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
        int slot = (int)(timer.DueTick & SlotMask);
        timer.Slot = slot;
        timer.Previous = null;
        timer.Next = _slots[slot];
        if (timer.Next is not null) timer.Next.Previous = timer;
        _slots[slot] = timer;
        _occupied[slot >> 6] |= 1UL << (slot & 63);
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
        if (target - _currentTick > SlotCount) _currentTick = target - SlotCount;
        while (_currentTick < target)
        {
            _currentTick++;
            int slot = (int)(_currentTick & SlotMask);
            if (_slots[slot] is not null) FireSlot(slot, target);
        }
    }

    /// <summary>Milliseconds until the wheel must be advanced again; -1 when nothing is armed.</summary>
    public int MillisecondsToNext(long nowMilliseconds)
    {
        if (Count == 0) return -1;
        int distance = DistanceToOccupied((int)((_currentTick + 1) & SlotMask)) + 1;
        long due = (_currentTick + distance) * TickMilliseconds;
        return (int)Math.Clamp(due - nowMilliseconds, 0, int.MaxValue);
    }

    private void FireSlot(int slot, long target)
    {
        // A callback may arm and disarm any timer, this slot's too: take one that is due, run it, look again.
        while (FirstDue(slot, target) is { } timer)
        {
            Disarm(timer);
            timer.Fire();
        }
    }

    private LoopTimer? FirstDue(int slot, long target)
    {
        LoopTimer? timer = _slots[slot];
        while (timer is not null && timer.DueTick > target) timer = timer.Next;
        return timer;
    }

    private int DistanceToOccupied(int from)
    {
        for (int step = 0; step <= _occupied.Length; step++)
        {
            int word = ((from >> 6) + step) & (_occupied.Length - 1);
            ulong bits = _occupied[word];
            if (step == 0) bits &= ulong.MaxValue << (from & 63);
            if (bits == 0) continue;
            int slot = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits);
            return (slot - from) & SlotMask;
        }

        return SlotMask;
    }
}
