using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Interop;

namespace OpenSslNb.Native.Boundary;

/// <summary>Descriptors that C passes in.</summary>
internal static unsafe class Descriptors
{
    /// <summary>A copy that is the library's own.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static SafeFileHandle Duplicate(int fd)
    {
        int copy = Shim.onb_shim_duplicate(fd);
        int errno = Marshal.GetLastPInvokeError();
        return copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : throw new IOException($"fcntl failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
    }

    /// <summary>Makes sure that a descriptor is a socket for a stream, and that it does not block.</summary>
    /// <exception cref="Refusal">It is something else.</exception>
    public static void RequireStream(int fd)
    {
        int type = 0;
        uint length = sizeof(int);
        if (LibC.getsockopt(fd, LibC.SOL_SOCKET, LibC.SO_TYPE, (byte*)&type, &length) != 0 || type != LibC.SOCK_STREAM) throw Refusal.Argument($"fd is {fd}, which is no socket of type SOCK_STREAM");
        if (Shim.onb_shim_unblock(fd) != 0) throw Refusal.Argument($"fd is {fd}, which cannot be made non-blocking");
    }
}
