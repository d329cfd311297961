using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>The system calls of the data path: each returns a count, or the negated errno. <c>EINTR</c> is retried here and nowhere else.</summary>
internal static unsafe class SocketCalls
{
    /// <summary><c>recv(2)</c>: bytes received, 0 at the end of the stream, or -errno.</summary>
    public static int Receive(int fd, Span<byte> destination) => Receive(fd, destination, LibC.MSG_DONTWAIT);

    /// <summary><c>recv(2)</c> with <c>MSG_PEEK</c>: the same, and what is received stays in the kernel.</summary>
    public static int Peek(int fd, Span<byte> destination) => Receive(fd, destination, LibC.MSG_DONTWAIT | LibC.MSG_PEEK);

    /// <summary><c>send(2)</c> with <c>MSG_NOSIGNAL</c>: bytes taken, or -errno.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> source)
    {
        fixed (byte* pointer = source)
        {
            while (true)
            {
                nint count = LibC.send(fd, pointer, (nuint)source.Length, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
                if (count >= 0) return (int)count;
                int errno = Marshal.GetLastSystemError();
                if (errno != Errno.EINTR) return -errno;
            }
        }
    }

    /// <summary>True for the results that mean "not now": would-block, and the kernel being short of memory for a moment.</summary>
    public static bool IsWouldBlock(int negatedErrno) => negatedErrno is -Errno.EAGAIN or -Errno.ENOBUFS or -Errno.ENOMEM;

    private static int Receive(int fd, Span<byte> destination, int flags)
    {
        fixed (byte* pointer = destination)
        {
            while (true)
            {
                nint count = LibC.recv(fd, pointer, (nuint)destination.Length, flags);
                if (count >= 0) return (int)count;
                int errno = Marshal.GetLastSystemError();
                if (errno != Errno.EINTR) return -errno;
            }
        }
    }
}
