using System.Diagnostics;

namespace OpenSslNb.Loop;

/// <summary>Whether to look for events without sleeping, and for how long: what did not pay is not tried again for twice as many waits.</summary>
internal sealed class AdaptiveSpin(TimeSpan time)
{
    private const int LongestRest = 1024;

    private readonly long _ticks = (long)(time.TotalSeconds * Stopwatch.Frequency);
    private int _rest = 1;
    private int _waitsToGo;
    private long _end;

    /// <summary>Begins one spin; false when this wait should sleep at once.</summary>
    public bool TryBegin()
    {
        if (_ticks == 0 || --_waitsToGo > 0) return false;
        _end = Stopwatch.GetTimestamp() + _ticks;
        return true;
    }

    /// <summary>True while it is worth looking again; once false, the spin has failed.</summary>
    public bool GoesOn()
    {
        if (Stopwatch.GetTimestamp() < _end) return true;
        _rest = Math.Min(2 * _rest, LongestRest);
        _waitsToGo = _rest;
        return false;
    }

    /// <summary>Something came in time.</summary>
    public void Succeed()
    {
        _rest = 1;
        _waitsToGo = 0;
    }
}
