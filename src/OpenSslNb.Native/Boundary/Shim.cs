using System.Runtime.InteropServices;

namespace OpenSslNb.Native.Boundary;

/// <summary>The part that is written in C: <c>shim.c</c>.</summary>
internal static unsafe partial class Shim
{
    private const string Library = "onbshim";

    [LibraryImport(Library)]
    internal static partial int* onb_shim_start();

    [LibraryImport(Library)]
    internal static partial int onb_shim_block_sigpipe(SignalSet* before);

    [LibraryImport(Library)]
    internal static partial void onb_shim_restore_sigpipe(SignalSet* before, int wasPending);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int onb_shim_duplicate(int fd);

    [LibraryImport(Library)]
    internal static partial int onb_shim_unblock(int fd);

    /// <summary><c>sigset_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    internal struct SignalSet
    {
        internal ulong First;
    }
}

/// <summary>Whether this process is the child of one that used the library: its threads are not here, and nothing of it may run.</summary>
internal static unsafe class Fork
{
    private static readonly int* s_forked = Start();

    public static bool Happened => Volatile.Read(ref *s_forked) != 0;

    // Nothing is allocated: the collector's threads are not here either.
    public const int Refused = (int)Result.Forked;

    private static int* Start()
    {
        Interop.OpenSslLibrary.PrefersLoaded = true;
        return Shim.onb_shim_start();
    }
}
