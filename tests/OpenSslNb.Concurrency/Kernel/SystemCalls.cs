using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Concurrency.Scheduling;
using OpenSslNb.Interop;

namespace OpenSslNb.Concurrency.Kernel;

/// <summary>What stands in the place of the C library's functions: a scheduling point, then the real function. Only a wait differs: it waits for the scheduler, and time stands still.</summary>
internal static unsafe class SystemCalls
{
    private static readonly Dictionary<string, nint> s_functions = new()
    {
        ["epoll_create1"] = (nint)(delegate* unmanaged[Cdecl]<int, int>)&EpollCreate,
        ["epoll_ctl"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int, byte*, int>)&EpollControl,
        ["epoll_wait"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, int, int, int>)&EpollWait,
        ["poll"] = (nint)(delegate* unmanaged[Cdecl]<LibC.pollfd*, nuint, int, int>)&Poll,
        ["eventfd"] = (nint)(delegate* unmanaged[Cdecl]<uint, int, int>)&EventFd,
        ["read"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, nint>)&Read,
        ["write"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, nint>)&Write,
        ["close"] = (nint)(delegate* unmanaged[Cdecl]<int, int>)&Close,
        ["recv"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, int, nint>)&Receive,
        ["send"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, int, nint>)&Send,
        ["shutdown"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int>)&Shutdown,
        ["setsockopt"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int, byte*, uint, int>)&SetOption,
        ["getsockname"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint*, int>)&NoName,
        ["getpeername"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint*, int>)&NoName,
    };

    /// <summary>Puts them in place, before anything uses the engine.</summary>
    public static void Install() => LibCSymbols.Substitute(name => s_functions.GetValueOrDefault(name));

    // The kernel's number. A call on a descriptor that the engine has closed would one day hit another's.
    private static int Enter(string name, int fd)
    {
        Hooks.SystemCall(name);
        int real = Descriptors.Real(fd);
        if (real < 0) Scheduler.Current?.Fail($"{name} on a descriptor that was closed");
        return real;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EpollCreate(int flags) => Descriptors.Give(Libc.EpollCreate(flags));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventFd(uint value, int flags) => Descriptors.Give(Libc.EventFd(value, flags));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EpollControl(int epoll, int operation, int fd, byte* settings)
    {
        int real = Enter("epoll_ctl", epoll);
        int target = Descriptors.Real(fd);
        if (target < 0) Scheduler.Current?.Fail("epoll_ctl for a descriptor that was closed");
        return Libc.EpollControl(real, operation, target, settings);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EpollWait(int epoll, byte* events, int count, int timeout)
    {
        int real = Enter("epoll_wait", epoll);
        if (timeout != 0 && Hooks.Controlled() is { } self) Scheduler.Current!.WaitUntil(self, () => Libc.EpollWait(real, events, count, 0) != 0, "epoll_wait");
        return Libc.EpollWait(real, events, count, 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Poll(LibC.pollfd* entries, nuint count, int timeout)
    {
        Hooks.SystemCall("poll");
        LibC.pollfd* real = stackalloc LibC.pollfd[(int)count];
        for (nuint i = 0; i < count; i++)
        {
            real[i] = entries[i];
            real[i].fd = Descriptors.Real(entries[i].fd);
            if (real[i].fd < 0) Scheduler.Current?.Fail("poll of a descriptor that was closed");
        }

        if (timeout != 0 && Hooks.Controlled() is { } self) Scheduler.Current!.WaitUntil(self, () => Libc.Poll(real, count, 0) != 0, "poll");
        int ready = Libc.Poll(real, count, 0);
        for (nuint i = 0; i < count; i++) entries[i].revents = real[i].revents;
        return ready;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Read(int fd, byte* buffer, nuint length) => Libc.Read(Enter("read", fd), buffer, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Write(int fd, byte* buffer, nuint length) => Libc.Write(Enter("write", fd), buffer, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(int fd)
    {
        int real = Enter("close", fd);
        _ = Descriptors.Take(fd);
        return Libc.Close(real);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Receive(int fd, byte* buffer, nuint length, int flags) => Libc.Receive(Enter("recv", fd), buffer, length, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Send(int fd, byte* buffer, nuint length, int flags) => Libc.Send(Enter("send", fd), buffer, length, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Shutdown(int fd, int how) => Libc.Shutdown(Enter("shutdown", fd), how);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetOption(int fd, int level, int option, byte* value, uint length) => Libc.SetOption(Enter("setsockopt", fd), level, option, value, length);

    // A socket pair has no addresses.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int NoName(int fd, byte* address, uint* length) => -1;
}
