using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Testing;

/// <summary>Two connected, non-blocking sockets without a network (<c>socketpair(2)</c>).</summary>
public sealed unsafe partial class SocketPair : IDisposable
{
    private const int UnixDomain = 1;
    private const int SequencedPackets = 5;

    /// <param name="keepsMessages">One receive gives what one send took, so that sends can be counted; a byte stream otherwise.</param>
    public SocketPair(bool keepsMessages = false)
    {
        int* pair = stackalloc int[2];
        int type = (keepsMessages ? SequencedPackets : LibC.SOCK_STREAM) | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC;
        if (socketpair(UnixDomain, type, 0, pair) != 0) throw new IOException($"socketpair failed (errno {Marshal.GetLastSystemError()})");
        Ours = pair[0];
        Peer = pair[1];
    }

    /// <summary>The end under test; -1 once closed.</summary>
    public int Ours { get; private set; }

    /// <summary>The other end; -1 once closed.</summary>
    public int Peer { get; private set; }

    /// <summary>Bytes taken by <c>send(2)</c>, or -errno.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            nint count = LibC.send(fd, pointer, (nuint)bytes.Length, LibC.MSG_NOSIGNAL | LibC.MSG_DONTWAIT);
            return count < 0 ? -Marshal.GetLastSystemError() : (int)count;
        }
    }

    /// <summary>Bytes given by <c>recv(2)</c>, 0 at the end, or -errno.</summary>
    public static int Receive(int fd, Span<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            nint count = LibC.recv(fd, pointer, (nuint)bytes.Length, LibC.MSG_DONTWAIT);
            return count < 0 ? -Marshal.GetLastSystemError() : (int)count;
        }
    }

    /// <summary>Sends until the kernel takes no more: how many bytes that was.</summary>
    public static int Fill(int fd)
    {
        Span<byte> block = stackalloc byte[4096];
        int total = 0;
        while (Send(fd, block) is > 0 and int count) total += count;
        return total;
    }

    /// <summary>Receives until there is no more for now: how many bytes that was.</summary>
    public static int Drain(int fd)
    {
        Span<byte> block = stackalloc byte[4096];
        int total = 0;
        while (Receive(fd, block) is > 0 and int count) total += count;
        return total;
    }

    /// <summary>The peer sends no more; it still receives.</summary>
    public void EndPeer() => _ = LibC.shutdown(Peer, LibC.SHUT_WR);

    public void ClosePeer()
    {
        if (Peer >= 0) _ = LibC.close(Peer);
        Peer = -1;
    }

    public void CloseOurs()
    {
        if (Ours >= 0) _ = LibC.close(Ours);
        Ours = -1;
    }

    public void Dispose()
    {
        ClosePeer();
        CloseOurs();
    }

    [LibraryImport("libc")]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);
}
