using OpenSslNb.Interop;

namespace OpenSslNb.Concurrency.Kernel;

/// <summary>The C library's own functions, also while others stand in their place.</summary>
internal static unsafe class Libc
{
    public static readonly delegate* unmanaged<int, int> EpollCreate = (delegate* unmanaged<int, int>)LibCSymbols.Original("epoll_create1");
    public static readonly delegate* unmanaged<int, int, int, byte*, int> EpollControl = (delegate* unmanaged<int, int, int, byte*, int>)LibCSymbols.Original("epoll_ctl");
    public static readonly delegate* unmanaged<int, byte*, int, int, int> EpollWait = (delegate* unmanaged<int, byte*, int, int, int>)LibCSymbols.Original("epoll_wait");
    public static readonly delegate* unmanaged<uint, int, int> EventFd = (delegate* unmanaged<uint, int, int>)LibCSymbols.Original("eventfd");
    public static readonly delegate* unmanaged<int, byte*, nuint, nint> Read = (delegate* unmanaged<int, byte*, nuint, nint>)LibCSymbols.Original("read");
    public static readonly delegate* unmanaged<int, byte*, nuint, nint> Write = (delegate* unmanaged<int, byte*, nuint, nint>)LibCSymbols.Original("write");
    public static readonly delegate* unmanaged<int, int> Close = (delegate* unmanaged<int, int>)LibCSymbols.Original("close");
    public static readonly delegate* unmanaged<int, byte*, nuint, int, nint> Receive = (delegate* unmanaged<int, byte*, nuint, int, nint>)LibCSymbols.Original("recv");
    public static readonly delegate* unmanaged<int, byte*, nuint, int, nint> Send = (delegate* unmanaged<int, byte*, nuint, int, nint>)LibCSymbols.Original("send");
    public static readonly delegate* unmanaged<int, int, int> Shutdown = (delegate* unmanaged<int, int, int>)LibCSymbols.Original("shutdown");
    public static readonly delegate* unmanaged<int, int, int, byte*, uint, int> SetOption = (delegate* unmanaged<int, int, int, byte*, uint, int>)LibCSymbols.Original("setsockopt");
    public static readonly delegate* unmanaged<LibC.pollfd*, nuint, int, int> Poll = (delegate* unmanaged<LibC.pollfd*, nuint, int, int>)LibCSymbols.Original("poll");
}
