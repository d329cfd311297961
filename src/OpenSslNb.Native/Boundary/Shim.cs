using System.Runtime.InteropServices;

namespace OpenSslNb.Native.Boundary;

/// <summary>The part that is written in C: <c>C/shim.c</c>.</summary>
internal static unsafe partial class Shim
{
    private const string Library = "onbshim";

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
