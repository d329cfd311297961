using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <content>Readiness and descriptors: poll.h, sys/epoll.h, sys/eventfd.h, unistd.h.</content>
internal static unsafe partial class LibC
{
    /// <summary><c>poll(2)</c>.</summary>
    internal static readonly delegate* unmanaged<pollfd*, nuint, int, int> poll = (delegate* unmanaged<pollfd*, nuint, int, int>)LibCSymbols.Address("poll");

    /// <summary><c>epoll_create1(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int> epoll_create1 = (delegate* unmanaged<int, int>)LibCSymbols.Address("epoll_create1");

    /// <summary><c>epoll_ctl(2)</c>; the event is laid out as <see cref="EpollEventLayout"/> says.</summary>
    internal static readonly delegate* unmanaged<int, int, int, byte*, int> epoll_ctl = (delegate* unmanaged<int, int, int, byte*, int>)LibCSymbols.Address("epoll_ctl");

    /// <summary><c>epoll_wait(2)</c>; the events are laid out as <see cref="EpollEventLayout"/> says.</summary>
    internal static readonly delegate* unmanaged<int, byte*, int, int, int> epoll_wait = (delegate* unmanaged<int, byte*, int, int, int>)LibCSymbols.Address("epoll_wait");

    /// <summary><c>eventfd(2)</c>.</summary>
    internal static readonly delegate* unmanaged<uint, int, int> eventfd = (delegate* unmanaged<uint, int, int>)LibCSymbols.Address("eventfd");

    /// <summary><c>read(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, nuint, nint> read = (delegate* unmanaged<int, byte*, nuint, nint>)LibCSymbols.Address("read");

    /// <summary><c>write(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, nuint, nint> write = (delegate* unmanaged<int, byte*, nuint, nint>)LibCSymbols.Address("write");

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct pollfd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }
}

/// <summary><c>struct epoll_event</c>: packed on x86-64 alone, so it is read and written as bytes.</summary>
internal static class EpollEventLayout
{
    /// <summary>Where <c>data</c> begins; <c>events</c> is at 0.</summary>
    internal static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <summary>Size of one event.</summary>
    internal static readonly int Size = DataOffset + sizeof(long);
}
