using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <content>Signals and limits: signal.h, sys/resource.h.</content>
internal static unsafe partial class LibC
{
    /// <summary><c>sigemptyset(3)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int sigemptyset(sigset_t* set);

    /// <summary><c>sigaddset(3)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int sigaddset(sigset_t* set, int signal);

    /// <summary><c>pthread_sigmask(3)</c>: returns the error number.</summary>
    [LibraryImport(Library)]
    internal static partial int pthread_sigmask(int how, sigset_t* set, sigset_t* old);

    /// <summary><c>signal(2)</c>: returns the disposition before.</summary>
    [LibraryImport(Library)]
    internal static partial nint signal(int signal, nint disposition);

    /// <summary><c>getrlimit(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int getrlimit(int resource, rlimit* limit);

    /// <summary><c>setrlimit(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int setrlimit(int resource, rlimit* limit);

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
