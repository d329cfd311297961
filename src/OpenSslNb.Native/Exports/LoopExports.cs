using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_loop_*</c> and <c>onb_timer_*</c>.</summary>
internal static unsafe class LoopExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_new")]
    public static int New(NativeLoopOptions* options, nint* loop) => Call.Guarded(() =>
    {
        Input.Required(loop, "loop");
        EventLoopOptions given = Versioned.Read(options, "options").ToOptions();
        using HostErrors errors = HostErrors.Keep();
        var made = new NativeLoop(new EventLoop(given), isDriven: false);
        made.Handle = HandleTable.Add(made);
        *loop = made.Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_new_driven")]
    public static int NewDriven(NativeLoopOptions* options, nint* loop) => Call.Guarded(() =>
    {
        Input.Required(loop, "loop");
        EventLoopOptions given = Versioned.Read(options, "options").ToOptions();
        using HostErrors errors = HostErrors.Keep();
        var made = new NativeLoop(EventLoop.CreateDriven(given), isDriven: true);
        made.Handle = HandleTable.Add(made);
        *loop = made.Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_free")]
    public static int Free(nint loop) => Call.Guarded(() =>
        Handle.Optional<NativeLoop>(loop, "loop")?.Free());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_run")]
    public static int Run(nint loop) => Call.With<NativeLoop>(loop, "loop", static own => own.RunUntilStopped());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_stop")]
    public static int Stop(nint loop) => Call.With<NativeLoop>(loop, "loop", static own => own.Stop());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_fd")]
    public static int Descriptor(nint loop, int* fd) => Call.Guarded(() =>
    {
        NativeLoop own = Handle.Get<NativeLoop>(loop, "loop");
        Input.Required(fd, "fd");
        if (!own.IsDriven) throw new Refusal(Result.NotSupported, "this loop has a thread of its own: nobody else needs to wait for it");
        *fd = own.Loop.PollDescriptor;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_timeout")]
    public static int NextTimeout(nint loop, int* timeoutMilliseconds)
    {
        try
        {
            NativeLoop own = Handle.Get<NativeLoop>(loop, "loop");
            Input.Required(timeoutMilliseconds, "timeout_ms");
            own.RequireCurrent();
            *timeoutMilliseconds = own.Loop.MillisecondsToNextTurn;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_turn")]
    public static int Turn(nint loop, int* more)
    {
        try
        {
            bool hasMore = Handle.Get<NativeLoop>(loop, "loop").Turn();
            if (more != null) *more = hasMore ? 1 : 0;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_post")]
    public static int Post(nint loop, delegate* unmanaged<void*, void> callback, void* user) => Call.Guarded(() =>
    {
        NativeLoop own = Handle.Get<NativeLoop>(loop, "loop");
        Input.Required(callback, "callback");
        if (!own.Loop.Post(new PostedCallback(own, callback, user))) throw Refusal.State("the loop has stopped");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_loop_is_current")]
    public static int IsCurrent(nint loop, int* isCurrent)
    {
        try
        {
            Input.Required(isCurrent, "is_current");
            *isCurrent = Handle.Get<NativeLoop>(loop, "loop").IsCurrent ? 1 : 0;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_timer_start")]
    public static int StartTimer(nint loop, int delayMilliseconds, int periodMilliseconds, delegate* unmanaged<void*, void> callback, void* user, nint* timer) => Call.Guarded(() =>
    {
        NativeLoop own = Handle.Get<NativeLoop>(loop, "loop");
        Input.Required(callback, "callback");
        if (delayMilliseconds < 0 || periodMilliseconds < 0) throw Refusal.Argument("delay_ms and period_ms must not be negative");
        own.RequireCurrent();
        var made = new NativeTimer(own, TimeSpan.FromMilliseconds(periodMilliseconds), callback, user);
        made.Start(TimeSpan.FromMilliseconds(delayMilliseconds));
        if (timer != null) *timer = made.Handle;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_timer_stop")]
    public static int StopTimer(nint timer) => Call.Guarded(() =>
    {
        NativeTimer own = Handle.Get<NativeTimer>(timer, "timer");
        own.Owner.RequireCurrent();
        own.Stop();
    });
}
