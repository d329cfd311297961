using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>The C library's heap, where OpenSSL has its objects.</summary>
internal static unsafe class NativeHeap
{
    // Of glibc alone; others give back of themselves.
    private static readonly delegate* unmanaged<nuint, int> s_trim = (delegate* unmanaged<nuint, int>)(NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out nint address) ? address : 0);

    /// <summary>Gives pages that hold nothing any more back to the system (<c>malloc_trim(3)</c>), in all arenas; glibc by itself gives back the end of one. Takes milliseconds for hundreds of megabytes, and holds up allocations meanwhile.</summary>
    public static void GiveBack()
    {
        if (s_trim is not null) _ = s_trim(0);
    }
}
