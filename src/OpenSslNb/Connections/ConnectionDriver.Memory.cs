namespace OpenSslNb.Connections;

/// <content>Memory of a connection that rests: OpenSSL's record buffers. Our own are given back as they become empty.</content>
internal sealed partial class ConnectionDriver
{
    // True while OpenSSL may hold record buffers that the policy wants back some time.
    private bool _isWarm;

    /// <summary>Neighbours among <see cref="WarmConnections"/>.</summary>
    internal ConnectionDriver? NextWarm;

    internal ConnectionDriver? PreviousWarm;

    /// <summary>Gives the buffers back when nothing has moved for long enough. On the loop's thread, outside any turn.</summary>
    public void CoolDown()
    {
        if (_options.IdleBufferTime == Timeout.InfiniteTimeSpan || _loop.Now - _lastProgress < (long)_options.IdleBufferTime.TotalMilliseconds) return;

        // Not in the middle of a record: then there is a next time.
        if (_instance.TryFreeBuffers()) LeaveWarm();
    }

    private void NoteBuffersInUse()
    {
        if (_isWarm || _options.Memory != MemoryPolicy.Balanced) return;
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
