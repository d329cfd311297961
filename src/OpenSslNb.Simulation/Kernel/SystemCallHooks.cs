using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>
/// What stands in the place of the C library's functions in a simulating process: a descriptor of the virtual kernel leads there, every other one to the real function. Entered from the engine's table and, by
/// <see cref="ImportPatch"/>, from OpenSSL itself.
/// </summary>
internal static unsafe class SystemCallHooks
{
    private static readonly Dictionary<string, nint> s_hooks = new()
    {
        ["socket"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int, int>)&Socket,
        ["bind"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint, int>)&Bind,
        ["listen"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int>)&Listen,
        ["accept4"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint*, int, int>)&Accept,
        ["connect"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint, int>)&Connect,
        ["getsockopt"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int, byte*, uint*, int>)&GetOption,
        ["setsockopt"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int, byte*, uint, int>)&SetOption,
        ["getsockname"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint*, int>)&GetLocalName,
        ["getpeername"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, uint*, int>)&GetPeerName,
        ["shutdown"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int>)&Shutdown,
        ["close"] = (nint)(delegate* unmanaged[Cdecl]<int, int>)&Close,
        ["recv"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, int, nint>)&Receive,
        ["send"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, int, nint>)&Send,
        ["read"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, nint>)&Read,
        ["write"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, nint>)&Write,
        ["poll"] = (nint)(delegate* unmanaged[Cdecl]<LibC.pollfd*, nuint, int, int>)&Poll,
        ["epoll_create1"] = (nint)(delegate* unmanaged[Cdecl]<int, int>)&EpollCreate,
        ["epoll_ctl"] = (nint)(delegate* unmanaged[Cdecl]<int, int, int, byte*, int>)&EpollControl,
        ["epoll_wait"] = (nint)(delegate* unmanaged[Cdecl]<int, byte*, int, int, int>)&EpollWait,
        ["eventfd"] = (nint)(delegate* unmanaged[Cdecl]<uint, int, int>)&EventFd,
        ["getrlimit"] = (nint)(delegate* unmanaged[Cdecl]<int, LibC.rlimit*, int>)&GetLimit,
    };

    /// <summary>The functions that the virtual kernel has.</summary>
    public static IEnumerable<string> Names => s_hooks.Keys;

    /// <summary>The function that takes the place of the C library's; 0 where there is none.</summary>
    public static nint Find(string name) => s_hooks.GetValueOrDefault(name);

    private static bool IsVirtual(int fd) => fd >= VirtualKernel.FirstFd && VirtualKernel.Current is not null;

    private static VirtualKernel Kernel => VirtualKernel.Current!;

    private static int Return(int result)
    {
        if (result >= 0) return result;
        Marshal.SetLastSystemError(-result);
        return -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Socket(int domain, int type, int protocol) =>
        VirtualKernel.Current is { } kernel ? Return(kernel.Socket()) : Original.Socket(domain, type, protocol);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Bind(int fd, byte* address, uint length) => IsVirtual(fd) ? Return(Kernel.Bind(fd, PortOf(address))) : Original.Bind(fd, address, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Listen(int fd, int backlog) => IsVirtual(fd) ? Return(Kernel.Listen(fd)) : Original.Listen(fd, backlog);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Accept(int fd, byte* address, uint* length, int flags)
    {
        if (!IsVirtual(fd)) return Original.Accept(fd, address, length, flags);
        int accepted = Kernel.Accept(fd, out int peerPort);
        if (accepted >= 0 && address != null) WriteName(peerPort, address, length);
        return Return(accepted);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Connect(int fd, byte* address, uint length) => IsVirtual(fd) ? Return(Kernel.Connect(fd, PortOf(address))) : Original.Connect(fd, address, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOption(int fd, int level, int option, byte* value, uint* length)
    {
        if (!IsVirtual(fd)) return Original.GetOption(fd, level, option, value, length);
        int result = Kernel.GetError(fd, out int error);
        *(int*)value = error;
        return Return(result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetOption(int fd, int level, int option, byte* value, uint length)
    {
        if (!IsVirtual(fd)) return Original.SetOption(fd, level, option, value, length);
        return Return(Kernel.SetOption(fd, isLingerZero: level == LibC.SOL_SOCKET && option == LibC.SO_LINGER && ((LibC.linger*)value)->l_onoff != 0));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetLocalName(int fd, byte* address, uint* length) => IsVirtual(fd) ? NameOf(fd, address, length, peer: false) : Original.GetLocalName(fd, address, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetPeerName(int fd, byte* address, uint* length) => IsVirtual(fd) ? NameOf(fd, address, length, peer: true) : Original.GetPeerName(fd, address, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Shutdown(int fd, int how) => IsVirtual(fd) ? Return(Kernel.Shutdown(fd)) : Original.Shutdown(fd, how);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(int fd) => IsVirtual(fd) ? Return(Kernel.Close(fd)) : Original.Close(fd);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Receive(int fd, byte* buffer, nuint length, int flags) =>
        IsVirtual(fd) ? Return(Kernel.Receive(fd, new Span<byte>(buffer, (int)length), "recv")) : Original.Receive(fd, buffer, length, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Send(int fd, byte* buffer, nuint length, int flags) =>
        IsVirtual(fd) ? Return(Kernel.Send(fd, new ReadOnlySpan<byte>(buffer, (int)length), "send")) : Original.Send(fd, buffer, length, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Read(int fd, byte* buffer, nuint length) =>
        IsVirtual(fd) ? Return(Kernel.Read(fd, new Span<byte>(buffer, (int)length))) : Original.Read(fd, buffer, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Write(int fd, byte* buffer, nuint length) =>
        IsVirtual(fd) ? Return(Kernel.Write(fd, new ReadOnlySpan<byte>(buffer, (int)length))) : Original.Write(fd, buffer, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Poll(LibC.pollfd* entries, nuint count, int timeout) =>
        count > 0 && IsVirtual(entries[0].fd) ? Return(Kernel.Poll(entries, (int)count)) : Original.Poll(entries, count, timeout);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EpollCreate(int flags) => VirtualKernel.Current is { } kernel ? Return(kernel.EpollCreate()) : Original.EpollCreate(flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EpollControl(int epoll, int operation, int fd, byte* pollEvent)
    {
        if (!IsVirtual(epoll)) return Original.EpollControl(epoll, operation, fd, pollEvent);
        return Return(Kernel.EpollControl(epoll, operation, fd, *(int*)pollEvent, *(long*)(pollEvent + EpollEventLayout.DataOffset)));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EpollWait(int epoll, byte* events, int count, int timeout)
    {
        if (!IsVirtual(epoll)) return Original.EpollWait(epoll, events, count, timeout);
        var ready = new (int Events, long Data)[count];
        int found = Kernel.EpollWait(epoll, ready);
        for (int i = 0; i < found; i++)
        {
            byte* entry = events + (i * EpollEventLayout.Size);
            *(int*)entry = ready[i].Events;
            *(long*)(entry + EpollEventLayout.DataOffset) = ready[i].Data;
        }

        return Return(found);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventFd(uint value, int flags) => VirtualKernel.Current is { } kernel ? Return(kernel.EventFd()) : Original.EventFd(value, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetLimit(int resource, LibC.rlimit* limit)
    {
        if (VirtualKernel.Current is null) return Original.GetLimit(resource, limit);
        limit->rlim_cur = limit->rlim_max = int.MaxValue;
        return 0;
    }

    private static int PortOf(byte* address) => BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(address + sizeof(ushort), sizeof(ushort)));

    private static int NameOf(int fd, byte* address, uint* length, bool peer)
    {
        int port = Kernel.GetName(fd, peer);
        if (port < 0) return Return(port);
        WriteName(port, address, length);
        return 0;
    }

    // struct sockaddr_in on 127.0.0.1.
    private static void WriteName(int port, byte* address, uint* length)
    {
        *(ushort*)address = (ushort)AddressFamily.InterNetwork;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + sizeof(ushort), sizeof(ushort)), (ushort)port);
        new ReadOnlySpan<byte>([127, 0, 0, 1]).CopyTo(new Span<byte>(address + 4, 4));
        *length = 16;
    }

    /// <summary>The real functions.</summary>
    private static class Original
    {
        public static readonly delegate* unmanaged<int, int, int, int> Socket = (delegate* unmanaged<int, int, int, int>)LibCSymbols.Original("socket");
        public static readonly delegate* unmanaged<int, byte*, uint, int> Bind = (delegate* unmanaged<int, byte*, uint, int>)LibCSymbols.Original("bind");
        public static readonly delegate* unmanaged<int, int, int> Listen = (delegate* unmanaged<int, int, int>)LibCSymbols.Original("listen");
        public static readonly delegate* unmanaged<int, byte*, uint*, int, int> Accept = (delegate* unmanaged<int, byte*, uint*, int, int>)LibCSymbols.Original("accept4");
        public static readonly delegate* unmanaged<int, byte*, uint, int> Connect = (delegate* unmanaged<int, byte*, uint, int>)LibCSymbols.Original("connect");
        public static readonly delegate* unmanaged<int, int, int, byte*, uint*, int> GetOption = (delegate* unmanaged<int, int, int, byte*, uint*, int>)LibCSymbols.Original("getsockopt");
        public static readonly delegate* unmanaged<int, int, int, byte*, uint, int> SetOption = (delegate* unmanaged<int, int, int, byte*, uint, int>)LibCSymbols.Original("setsockopt");
        public static readonly delegate* unmanaged<int, byte*, uint*, int> GetLocalName = (delegate* unmanaged<int, byte*, uint*, int>)LibCSymbols.Original("getsockname");
        public static readonly delegate* unmanaged<int, byte*, uint*, int> GetPeerName = (delegate* unmanaged<int, byte*, uint*, int>)LibCSymbols.Original("getpeername");
        public static readonly delegate* unmanaged<int, int, int> Shutdown = (delegate* unmanaged<int, int, int>)LibCSymbols.Original("shutdown");
        public static readonly delegate* unmanaged<int, int> Close = (delegate* unmanaged<int, int>)LibCSymbols.Original("close");
        public static readonly delegate* unmanaged<int, byte*, nuint, int, nint> Receive = (delegate* unmanaged<int, byte*, nuint, int, nint>)LibCSymbols.Original("recv");
        public static readonly delegate* unmanaged<int, byte*, nuint, int, nint> Send = (delegate* unmanaged<int, byte*, nuint, int, nint>)LibCSymbols.Original("send");
        public static readonly delegate* unmanaged<int, byte*, nuint, nint> Read = (delegate* unmanaged<int, byte*, nuint, nint>)LibCSymbols.Original("read");
        public static readonly delegate* unmanaged<int, byte*, nuint, nint> Write = (delegate* unmanaged<int, byte*, nuint, nint>)LibCSymbols.Original("write");
        public static readonly delegate* unmanaged<LibC.pollfd*, nuint, int, int> Poll = (delegate* unmanaged<LibC.pollfd*, nuint, int, int>)LibCSymbols.Original("poll");
        public static readonly delegate* unmanaged<int, int> EpollCreate = (delegate* unmanaged<int, int>)LibCSymbols.Original("epoll_create1");
        public static readonly delegate* unmanaged<int, int, int, byte*, int> EpollControl = (delegate* unmanaged<int, int, int, byte*, int>)LibCSymbols.Original("epoll_ctl");
        public static readonly delegate* unmanaged<int, byte*, int, int, int> EpollWait = (delegate* unmanaged<int, byte*, int, int, int>)LibCSymbols.Original("epoll_wait");
        public static readonly delegate* unmanaged<uint, int, int> EventFd = (delegate* unmanaged<uint, int, int>)LibCSymbols.Original("eventfd");
        public static readonly delegate* unmanaged<int, LibC.rlimit*, int> GetLimit = (delegate* unmanaged<int, LibC.rlimit*, int>)LibCSymbols.Original("getrlimit");
    }
}
