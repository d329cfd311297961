using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <content>Signals, limits and what the kernel tells a program of itself: signal.h, sys/resource.h, sys/auxv.h.</content>
internal static unsafe partial class LibC
{
    /// <summary><c>sigemptyset(3)</c>.</summary>
    internal static readonly delegate* unmanaged<sigset_t*, int> sigemptyset = (delegate* unmanaged<sigset_t*, int>)LibCSymbols.Address("sigemptyset");

    /// <summary><c>sigaddset(3)</c>.</summary>
    internal static readonly delegate* unmanaged<sigset_t*, int, int> sigaddset = (delegate* unmanaged<sigset_t*, int, int>)LibCSymbols.Address("sigaddset");

    /// <summary><c>pthread_sigmask(3)</c>: returns the error number.</summary>
    internal static readonly delegate* unmanaged<int, sigset_t*, sigset_t*, int> pthread_sigmask = (delegate* unmanaged<int, sigset_t*, sigset_t*, int>)LibCSymbols.Address("pthread_sigmask");

    /// <summary><c>signal(2)</c>: returns the disposition before.</summary>
    internal static readonly delegate* unmanaged<int, nint, nint> signal = (delegate* unmanaged<int, nint, nint>)LibCSymbols.Address("signal");

    /// <summary><c>kill(2)</c>: a negative process is a process group.</summary>
    internal static readonly delegate* unmanaged<int, int, int> kill = (delegate* unmanaged<int, int, int>)LibCSymbols.Address("kill");

    /// <summary><c>getrlimit(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, rlimit*, int> getrlimit = (delegate* unmanaged<int, rlimit*, int>)LibCSymbols.Address("getrlimit");

    /// <summary><c>setrlimit(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, rlimit*, int> setrlimit = (delegate* unmanaged<int, rlimit*, int>)LibCSymbols.Address("setrlimit");

    /// <summary><c>getauxval(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nuint, nuint> getauxval = (delegate* unmanaged<nuint, nuint>)LibCSymbols.Address("getauxval");

    /// <summary><c>sigset_t</c>: 1024 bits with glibc, 128 bytes with musl too.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    internal struct sigset_t
    {
        internal ulong first;
    }

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct rlimit
    {
        internal ulong rlim_cur;
        internal ulong rlim_max;
    }
}
