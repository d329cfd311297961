using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <content>Readiness and descriptors: poll.h, sys/epoll.h, sys/eventfd.h, unistd.h.</content>
internal static unsafe partial class LibC
{
    /// <summary><c>poll(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int poll(pollfd* entries, nuint count, int timeout);

    /// <summary><c>epoll_create1(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int epoll_create1(int flags);

    /// <summary><c>epoll_ctl(2)</c>; the event is laid out as <see cref="EpollEventLayout"/> says.</summary>
    [LibraryImport(Library)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* pollEvent);

    /// <summary><c>epoll_wait(2)</c>; the events are laid out as <see cref="EpollEventLayout"/> says.</summary>
    [LibraryImport(Library)]
    internal static partial int epoll_wait(int epoll, byte* events, int count, int timeout);

    /// <summary><c>eventfd(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int eventfd(uint value, int flags);

    /// <summary><c>read(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial nint read(int fd, byte* buffer, nuint length);

    /// <summary><c>write(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial nint write(int fd, byte* buffer, nuint length);

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
