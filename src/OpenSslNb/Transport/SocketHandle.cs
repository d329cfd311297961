using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>Owns a socket descriptor. Its one destructor is <c>close(2)</c>. Must be removed from the poller before it is disposed.</summary>
internal sealed unsafe class SocketHandle : SafeHandle
{
    private SocketHandle(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    public override bool IsInvalid => handle < 0;

    /// <summary>Valid until disposed; used by the thread that owns the socket alone.</summary>
    public int Fd => (int)handle;

    /// <summary>Takes over a descriptor.</summary>
    public static SocketHandle Adopt(int fd) => new(fd);

    /// <summary>A new non-blocking, close-on-exec TCP socket.</summary>
    /// <exception cref="IOException">None could be had, for example for want of descriptors.</exception>
    public static SocketHandle CreateTcp(AddressFamily family)
    {
        int domain = family == AddressFamily.InterNetworkV6 ? LibC.AF_INET6 : LibC.AF_INET;
        int fd = LibC.socket(domain, LibC.SOCK_STREAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        int errno = Marshal.GetLastSystemError();
        return fd >= 0 ? new SocketHandle(fd) : throw Fault("socket", errno);
    }

    public void SetOption(int level, int option, int value)
    {
        int result = LibC.setsockopt(Fd, level, option, (byte*)&value, sizeof(int));
        int errno = Marshal.GetLastSystemError();
        if (result != 0) throw Fault("setsockopt", errno);
    }

    /// <summary><c>SO_ERROR</c>: the errno of an asynchronous failure, which is cleared by asking; 0 for none.</summary>
    public int TakeError()
    {
        int value = 0;
        uint length = sizeof(int);
        return LibC.getsockopt(Fd, LibC.SOL_SOCKET, LibC.SO_ERROR, (byte*)&value, &length) == 0 ? value : Errno.EBADF;
    }

    /// <summary>Begins to connect: 0 when connected at once, else the errno (<c>EINPROGRESS</c>: writability will tell).</summary>
    public int Connect(IPEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        fixed (byte* pointer = address.Buffer.Span)
        {
            int result = LibC.connect(Fd, pointer, (uint)address.Size);
            int errno = Marshal.GetLastSystemError();
            return result == 0 ? 0 : errno;
        }
    }

    public void Bind(IPEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        fixed (byte* pointer = address.Buffer.Span)
        {
            int result = LibC.bind(Fd, pointer, (uint)address.Size);
            int errno = Marshal.GetLastSystemError();
            if (result != 0) throw Fault($"bind to {endPoint}", errno);
        }
    }

    public void Listen(int backlog)
    {
        int result = LibC.listen(Fd, backlog);
        int errno = Marshal.GetLastSystemError();
        if (result != 0) throw Fault("listen", errno);
    }

    /// <summary>Accepts one connection, non-blocking and close-on-exec: its descriptor, or -errno.</summary>
    /// <param name="peer">The address it comes from.</param>
    public int Accept(out SocketName peer)
    {
        peer = default;
        uint length = SocketName.Capacity;
        fixed (byte* pointer = peer.Buffer)
        {
            int fd = LibC.accept4(Fd, pointer, &length, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);
            int errno = Marshal.GetLastSystemError();
            if (fd < 0) return -errno;
            peer.Length = length;
            return fd;
        }
    }

    /// <summary>Sends FIN behind what was sent. A connection that is gone already needs none.</summary>
    public void ShutdownSend() => _ = LibC.shutdown(Fd, LibC.SHUT_WR);

    /// <summary>Makes the coming close send RST and drop what is unsent.</summary>
    public void ResetOnClose()
    {
        var linger = new LibC.linger { l_onoff = 1, l_linger = 0 };
        _ = LibC.setsockopt(Fd, LibC.SOL_SOCKET, LibC.SO_LINGER, (byte*)&linger, (uint)sizeof(LibC.linger));
    }

    /// <summary>Our address; null when the socket is gone.</summary>
    public IPEndPoint? LocalEndPoint => EndPoint(peer: false);

    /// <summary>The peer's address; null when the connection is gone.</summary>
    public IPEndPoint? RemoteEndPoint => EndPoint(peer: true);

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private IPEndPoint? EndPoint(bool peer)
    {
        SocketName name = default;
        uint length = SocketName.Capacity;
        fixed (byte* pointer = name.Buffer)
        {
            int result = peer ? LibC.getpeername(Fd, pointer, &length) : LibC.getsockname(Fd, pointer, &length);
            if (result != 0) return null;
        }

        name.Length = length;
        return name.ToEndPoint();
    }

    private static IOException Fault(string call, int errno) => new($"{call} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
}
