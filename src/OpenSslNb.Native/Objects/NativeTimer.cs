using OpenSslNb.Loop;
using OpenSslNb.Native.Handles;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_timer</c>: a deadline on a loop that calls C back.</summary>
internal sealed unsafe class NativeTimer(NativeLoop owner, TimeSpan period, delegate* unmanaged<void*, void> callback, void* user) : LoopTimer
{
    private bool _isStopped;

    public NativeLoop Owner => owner;

    public nint Handle { get; private set; }

    public void Start(TimeSpan delay)
    {
        Handle = HandleTable.Add(this);
        owner.Add(this);
        owner.Loop.Arm(this, delay);
    }

    public void Stop()
    {
        _isStopped = true;
        owner.Loop.Disarm(this);
        End();
    }

    protected internal override void OnDue()
    {
        owner.EnterCallback();
        callback(user);
        owner.LeaveCallback();
        if (_isStopped) return;
        if (period > TimeSpan.Zero) owner.Loop.Arm(this, period);
        else End();
    }

    private void End()
    {
        owner.Remove(this);
        HandleTable.TryRemove(Handle);
    }
}

/// <summary>A function of C that waits for the loop's thread.</summary>
internal sealed unsafe class PostedCallback(NativeLoop owner, delegate* unmanaged<void*, void> callback, void* user) : InboxItem
{
    protected internal override void RunOnLoop()
    {
        owner.EnterCallback();
        callback(user);
        owner.LeaveCallback();
    }
}
