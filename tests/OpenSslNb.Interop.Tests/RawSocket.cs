using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>An IPv4 loopback socket, made and closed by the bindings alone.</summary>
internal sealed unsafe class RawSocket(int fd) : IDisposable
{
    private const int AddressLength = 16;
    private const int PortOffset = 2;

    public int Fd { get; } = fd;

    /// <summary>Non-blocking and close-on-exec.</summary>
    public static RawSocket Create()
    {
        int fd = LibC.socket(LibC.AF_INET, LibC.SOCK_STREAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, LibC.IPPROTO_TCP);
        int errno = Marshal.GetLastSystemError();
        Assert.That(fd, Is.Not.Negative, $"socket: errno {errno}");
        return new RawSocket(fd);
    }

    /// <summary>Bound to a port of its own, which nobody else gets while it lives.</summary>
    public static RawSocket Bound()
    {
        RawSocket socket = Create();
        byte[] any = Address(0);
        fixed (byte* address = any) Assert.That(LibC.bind(socket.Fd, address, AddressLength), Is.Zero);
        return socket;
    }

    public static RawSocket Listening()
    {
        RawSocket socket = Bound();
        Assert.That(LibC.listen(socket.Fd, 8), Is.Zero);
        return socket;
    }

    /// <summary>Two ends of one connection.</summary>
    public static (RawSocket Client, RawSocket Server) Pair()
    {
        using RawSocket listener = Listening();
        RawSocket client = Create();
        _ = client.Connect(listener.Port(peer: false));
        Poll(listener.Fd, LibC.POLLIN);
        int fd = LibC.accept4(listener.Fd, null, null, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);
        Assert.That(fd, Is.Not.Negative);
        return (client, new RawSocket(fd));
    }

    /// <summary>0, or errno.</summary>
    public int Connect(int port)
    {
        fixed (byte* address = Address(port))
        {
            int result = LibC.connect(Fd, address, AddressLength);
            int errno = Marshal.GetLastSystemError();
            return result == 0 ? 0 : errno;
        }
    }

    public int Port(bool peer)
    {
        byte[] raw = new byte[AddressLength];
        uint length = AddressLength;
        fixed (byte* address = raw)
        {
            int result = peer ? LibC.getpeername(Fd, address, &length) : LibC.getsockname(Fd, address, &length);
            Assert.That(result, Is.Zero);
        }

        Assert.That(length, Is.EqualTo(AddressLength));
        Assert.That(BitConverter.ToUInt16(raw), Is.EqualTo(LibC.AF_INET));
        return (raw[PortOffset] << 8) | raw[PortOffset + 1];
    }

    /// <summary>The count, or -errno.</summary>
    public int Receive(Span<byte> buffer, int flags = 0)
    {
        fixed (byte* pointer = buffer)
        {
            nint count = LibC.recv(Fd, pointer, (nuint)buffer.Length, flags);
            int errno = Marshal.GetLastSystemError();
            return count < 0 ? -errno : (int)count;
        }
    }

    /// <summary>The count, or -errno.</summary>
    public int Send(ReadOnlySpan<byte> bytes, int flags)
    {
        fixed (byte* pointer = bytes)
        {
            nint count = LibC.send(Fd, pointer, (nuint)bytes.Length, flags);
            int errno = Marshal.GetLastSystemError();
            return count < 0 ? -errno : (int)count;
        }
    }

    public int Option(int level, int option)
    {
        int value = -1;
        uint length = sizeof(int);
        Assert.That(LibC.getsockopt(Fd, level, option, (byte*)&value, &length), Is.Zero);
        Assert.That(length, Is.EqualTo(sizeof(int)));
        return value;
    }

    public void SetOption(int level, int option, int value) => Assert.That(LibC.setsockopt(Fd, level, option, (byte*)&value, sizeof(int)), Is.Zero);

    /// <summary>Waits, a bounded time, until the descriptor is ready for any of this; what it is ready for.</summary>
    public static int Poll(int fd, int events)
    {
        const int Deadline = 10_000;
        var entry = new LibC.pollfd { fd = fd, events = (short)events };
        Assert.That(LibC.poll(&entry, 1, Deadline), Is.EqualTo(1), "nothing happened");
        return entry.revents;
    }

    public void Dispose() => _ = LibC.close(Fd);

    private static byte[] Address(int port)
    {
        byte[] address = new byte[AddressLength];
        BitConverter.TryWriteBytes(address, (ushort)LibC.AF_INET);
        address[PortOffset] = (byte)(port >> 8);
        address[PortOffset + 1] = (byte)port;
        "\x7f\0\0\x01"u8.CopyTo(address.AsSpan(4));
        return address;
    }
}
