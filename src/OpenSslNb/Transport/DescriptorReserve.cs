using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>Descriptors that accepting leaves to the rest of the process: the runtime needs one for every new thread, and ends the process when it gets none.</summary>
internal static unsafe class DescriptorReserve
{
    /// <summary>True when this descriptor, the lowest that was free (POSIX gives no other), is one of the last <paramref name="reserve"/> below the limit.</summary>
    public static bool Contains(int fd, int reserve)
    {
        LibC.rlimit limit;
        return LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) == 0 && (ulong)fd + (ulong)reserve >= limit.rlim_cur;
    }
}
