using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Polling;

/// <summary><c>epoll(7)</c>, level-triggered: a turn costs by the descriptors that are ready, not by those that are registered.</summary>
internal sealed unsafe class EpollPoller : IPoller
{
    private readonly int _epoll;

    // Raw, because the kernel's struct is packed on x86-64 only.
    private byte[] _buffer = [];

    public EpollPoller()
    {
        _epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        int errno = Marshal.GetLastSystemError();
        if (_epoll < 0) throw PollerFault("epoll_create1", errno);
    }

    /// <summary>Readable when there are events: an epoll descriptor can itself be waited for.</summary>
    public int Descriptor => _epoll;

    public void Add(int fd, Token token, Interest interest) => Control(LibC.EPOLL_CTL_ADD, fd, token, interest);

    public void Modify(int fd, Token token, Interest interest) => Control(LibC.EPOLL_CTL_MOD, fd, token, interest);

    public void Remove(int fd) => Control(LibC.EPOLL_CTL_DEL, fd, default, Interest.Read);

    public int Wait(Span<PollEvent> events, int timeoutMilliseconds)
    {
        if (_buffer.Length < events.Length * EpollEventLayout.Size) _buffer = new byte[events.Length * EpollEventLayout.Size];
        int count;
        fixed (byte* buffer = _buffer)
        {
            count = LibC.epoll_wait(_epoll, buffer, events.Length, timeoutMilliseconds);
            if (count < 0)
            {
                int errno = Marshal.GetLastSystemError();
                return errno == Errno.EINTR ? 0 : throw PollerFault("epoll_wait", errno);
            }
        }

        for (int i = 0; i < count; i++) events[i] = Decode(_buffer.AsSpan(i * EpollEventLayout.Size, EpollEventLayout.Size));
        return count;
    }

    public void Dispose() => _ = LibC.close(_epoll);

    private static PollEvent Decode(ReadOnlySpan<byte> raw)
    {
        uint flags = MemoryMarshal.Read<uint>(raw);
        var token = new Token(MemoryMarshal.Read<long>(raw[EpollEventLayout.DataOffset..]));
        bool hungUp = (flags & (LibC.EPOLLERR | LibC.EPOLLHUP)) != 0;
        var ready = Interest.None;
        if (hungUp || (flags & LibC.EPOLLIN) != 0) ready |= Interest.Read;
        if (hungUp || (flags & LibC.EPOLLOUT) != 0) ready |= Interest.Write;
        return new PollEvent(token, ready, hungUp);
    }

    private void Control(int command, int fd, Token token, Interest interest)
    {
        PollerRules.RequireInterest(interest);
        uint flags = 0;
        if ((interest & Interest.Read) != 0) flags |= LibC.EPOLLIN;
        if ((interest & Interest.Write) != 0) flags |= LibC.EPOLLOUT;
        Span<byte> raw = stackalloc byte[EpollEventLayout.Size];
        MemoryMarshal.Write(raw, flags);
        MemoryMarshal.Write(raw[EpollEventLayout.DataOffset..], token.Value);
        fixed (byte* pointer = raw)
        {
            int result = LibC.epoll_ctl(_epoll, command, fd, pointer);
            int errno = Marshal.GetLastSystemError();
            if (result != 0) throw PollerFault("epoll_ctl", errno);
        }
    }

    private static IOException PollerFault(string call, int errno) => new($"{call} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
}
