namespace OpenSslNb.Connections;

/// <content>Memory of a connection that rests: OpenSSL's record buffers. Our own are given back as they become empty.</content>
internal sealed partial class ConnectionDriver
{
    // True while OpenSSL may hold record buffers that the policy wants back some time.
    private bool _isWarm;

    /// <summary>Neighbours among <see cref="WarmConnections"/>.</summary>
    internal ConnectionDriver? NextWarm;

    internal ConnectionDriver? PreviousWarm;

    /// <summary>Time until nothing has moved for long enough; not positive when that is so.</summary>
    public TimeSpan TimeToCoolDown => _options.IdleBufferTime - TimeSpan.FromMilliseconds(_loop.Now - _lastProgress);

    /// <summary>Gives the buffers back. On the loop's thread, outside any turn of this connection. False, and to be tried again, in the middle of a record.</summary>
    public bool TryCoolDown()
    {
        if (!_instance.TryFreeBuffers()) return false;
        LeaveWarm();
        return true;
    }

    private void NoteBuffersInUse()
    {
        if (_isWarm || _options.Memory != MemoryPolicy.Balanced || _options.IdleBufferTime == Timeout.InfiniteTimeSpan) return;
        _isWarm = true;
        _resources.Warm.Add(this);
    }

    private void LeaveWarm()
    {
        if (!_isWarm) return;
        _isWarm = false;
        _resources.Warm.Remove(this);
    }
}
