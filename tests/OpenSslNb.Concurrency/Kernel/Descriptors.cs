using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Concurrency.Kernel;

/// <summary>
/// The engine's descriptors: the kernel's own behind numbers that are never used twice, so that a call on a closed descriptor is a defect and not a call on somebody else's.
/// </summary>
internal static unsafe partial class Descriptors
{
    private const int UnixDomain = 1;
    private const int First = 1_000_000;

    private static readonly Dictionary<int, int> s_real = [];
    private static int s_next = First;

    /// <summary>Descriptors that the engine has open.</summary>
    public static int OpenCount
    {
        get
        {
            lock (s_real) return s_real.Count;
        }
    }

    /// <summary>Gives a descriptor of the kernel to the engine.</summary>
    public static int Give(int real)
    {
        if (real < 0) return real;
        lock (s_real)
        {
            s_real.Add(++s_next, real);
            return s_next;
        }
    }

    /// <summary>The kernel's number; -1 when the engine has closed it.</summary>
    public static int Real(int fd)
    {
        lock (s_real) return s_real.GetValueOrDefault(fd, -1);
    }

    /// <summary>Takes a descriptor back: the kernel's number, or -1.</summary>
    public static int Take(int fd)
    {
        lock (s_real) return s_real.Remove(fd, out int real) ? real : -1;
    }

    /// <summary>Two connected, non-blocking sockets: the engine's end, and the kernel's number of the peer's.</summary>
    public static (int Ours, int Peer) Connect()
    {
        int* pair = stackalloc int[2];
        if (socketpair(UnixDomain, LibC.SOCK_STREAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0, pair) != 0) throw new IOException($"socketpair failed (errno {Marshal.GetLastSystemError()})");
        return (Give(pair[0]), pair[1]);
    }

    [LibraryImport("libc")]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);
}
