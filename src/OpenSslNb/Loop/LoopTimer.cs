namespace OpenSslNb.Loop;

/// <summary>A deadline on a loop's wheel. Intrusive: arming and disarming allocate nothing. Used by the loop's thread alone.</summary>
internal abstract class LoopTimer
{
    internal LoopTimer? Previous;
    internal LoopTimer? Next;
    internal int Slot = -1;
    internal long DueTick;

    /// <summary>True from arming until it is due or disarmed.</summary>
    public bool IsArmed => Slot >= 0;

    /// <summary>Runs once each time the deadline passes. Must not throw.</summary>
    protected internal abstract void OnDue();
}

/// <summary>A deadline that runs an action.</summary>
/// <param name="onDue">Must not throw.</param>
internal sealed class ActionTimer(Action onDue) : LoopTimer
{
    protected internal override void OnDue() => onDue();
}
