namespace OpenSslNb.Loop;

/// <summary>A deadline on a loop's wheel. Intrusive: arming and disarming allocate nothing. Used by the loop's thread alone.</summary>
/// <param name="onDue">Runs once each time the deadline passes. Must not throw.</param>
internal sealed class LoopTimer(Action onDue)
{
    internal LoopTimer? Previous;
    internal LoopTimer? Next;
    internal int Slot = -1;
    internal long DueTick;

    /// <summary>True from arming until it is due or disarmed.</summary>
    public bool IsArmed => Slot >= 0;

    internal void Fire() => onDue();
}
