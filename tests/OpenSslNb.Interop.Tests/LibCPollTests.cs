using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>poll, epoll and eventfd, against the kernel.</summary>
public sealed unsafe class LibCPollTests
{
    [Test]
    public void An_eventfd_adds_up_what_is_written_and_is_empty_once_read()
    {
        using RawSocket counter = Counter(3);
        Assert.That(Add(counter, 4), Is.EqualTo(sizeof(ulong)));
        Assert.That(Take(counter), Is.EqualTo((sizeof(ulong), 7UL)));
        Assert.That(Take(counter), Is.EqualTo((-Errno.EAGAIN, 0UL)));
    }

    [Test]
    public void Poll_tells_each_entry_apart()
    {
        using RawSocket empty = Counter(0);
        using RawSocket full = Counter(1);
        LibC.pollfd* entries = stackalloc LibC.pollfd[3];
        entries[0] = new LibC.pollfd { fd = empty.Fd, events = LibC.POLLIN | LibC.POLLOUT };
        entries[1] = new LibC.pollfd { fd = full.Fd, events = LibC.POLLIN };
        entries[2] = new LibC.pollfd { fd = int.MaxValue, events = LibC.POLLIN };
        Assert.That(LibC.poll(entries, 3, 0), Is.EqualTo(3));
        Assert.That(entries[0].revents, Is.EqualTo(LibC.POLLOUT));
        Assert.That(entries[1].revents, Is.EqualTo(LibC.POLLIN));
        Assert.That(entries[2].revents, Is.EqualTo(LibC.POLLNVAL), "not open");
        entries[0].events = LibC.POLLIN;
        Assert.That(LibC.poll(entries, 1, 0), Is.Zero);
    }

    [Test]
    public void Poll_tells_that_both_directions_are_closed()
    {
        (RawSocket client, RawSocket server) = RawSocket.Pair();
        using RawSocket first = client;
        using RawSocket second = server;
        Assert.That(LibC.shutdown(server.Fd, LibC.SHUT_WR), Is.Zero);
        Assert.That(LibC.shutdown(client.Fd, LibC.SHUT_WR), Is.Zero);
        Assert.That(RawSocket.Poll(client.Fd, 0), Is.EqualTo(LibC.POLLHUP), "told even if not asked for");
    }

    [Test]
    public void Epoll_gives_back_the_data_of_each_descriptor_until_it_is_no_longer_ready()
    {
        const long FirstData = 0x0123456789ABCDEF;
        const long SecondData = -2;
        using RawSocket epoll = Epoll();
        using RawSocket first = Counter(1);
        using RawSocket second = Counter(1);
        Assert.That(Control(epoll, LibC.EPOLL_CTL_ADD, first, LibC.EPOLLIN, FirstData), Is.Zero);
        Assert.That(Control(epoll, LibC.EPOLL_CTL_ADD, second, LibC.EPOLLIN | LibC.EPOLLOUT, SecondData), Is.Zero);
        (uint, long)[] both = [(LibC.EPOLLIN, FirstData), (LibC.EPOLLIN | LibC.EPOLLOUT, SecondData)];
        Assert.That(Wait(epoll), Is.EquivalentTo(both));
        Assert.That(Wait(epoll), Is.EquivalentTo(both), "level-triggered");
        _ = Take(second);
        Assert.That(Wait(epoll), Is.EquivalentTo(((uint, long)[])[(LibC.EPOLLIN, FirstData), (LibC.EPOLLOUT, SecondData)]));
    }

    [Test]
    public void Epoll_forgets_what_is_removed_and_heeds_what_is_modified()
    {
        using RawSocket epoll = Epoll();
        using RawSocket counter = Counter(0);
        Assert.That(Control(epoll, LibC.EPOLL_CTL_MOD, counter, LibC.EPOLLOUT, 1), Is.EqualTo(2), "ENOENT: not added yet");
        Assert.That(Control(epoll, LibC.EPOLL_CTL_ADD, counter, LibC.EPOLLIN, 1), Is.Zero);
        Assert.That(Wait(epoll), Is.Empty);
        Assert.That(Control(epoll, LibC.EPOLL_CTL_MOD, counter, LibC.EPOLLOUT, 2), Is.Zero);
        Assert.That(Wait(epoll), Is.EqualTo(((uint, long)[])[(LibC.EPOLLOUT, 2)]));
        Assert.That(Control(epoll, LibC.EPOLL_CTL_DEL, counter, 0, 0), Is.Zero);
        Assert.That(Wait(epoll), Is.Empty);
    }

    [Test]
    public void Epoll_tells_errors_and_hang_ups_unasked()
    {
        using RawSocket epoll = Epoll();
        using RawSocket deaf = RawSocket.Bound();
        using RawSocket client = RawSocket.Create();
        if (client.Connect(deaf.Port(peer: false)) == Errno.EINPROGRESS) RawSocket.Poll(client.Fd, LibC.POLLOUT);
        Assert.That(Control(epoll, LibC.EPOLL_CTL_ADD, client, 0, 5), Is.Zero);
        (uint events, long data) = Wait(epoll).Single();
        Assert.That(data, Is.EqualTo(5));
        Assert.That(events & LibC.EPOLLHUP, Is.EqualTo(LibC.EPOLLHUP));
        Assert.That(events & ~(LibC.EPOLLHUP | LibC.EPOLLERR), Is.Zero);
    }

    [Test]
    public void Epoll_of_a_closed_descriptor_is_EBADF()
    {
        using RawSocket epoll = Epoll();
        Assert.That(Control(epoll, LibC.EPOLL_CTL_ADD, new RawSocket(-1), LibC.EPOLLIN, 0), Is.EqualTo(Errno.EBADF));
    }

    private static RawSocket Counter(uint value) => new(LibC.eventfd(value, LibC.EFD_NONBLOCK | LibC.EFD_CLOEXEC));

    private static RawSocket Epoll() => new(LibC.epoll_create1(LibC.EPOLL_CLOEXEC));

    private static int Add(RawSocket counter, ulong value)
    {
        nint count = LibC.write(counter.Fd, (byte*)&value, sizeof(ulong));
        int errno = Marshal.GetLastSystemError();
        return count < 0 ? -errno : (int)count;
    }

    private static (int Result, ulong Value) Take(RawSocket counter)
    {
        ulong value = 0;
        nint count = LibC.read(counter.Fd, (byte*)&value, sizeof(ulong));
        int errno = Marshal.GetLastSystemError();
        return (count < 0 ? -errno : (int)count, value);
    }

    // 0, or errno.
    private static int Control(RawSocket epoll, int operation, RawSocket target, uint events, long data)
    {
        byte* raw = stackalloc byte[EpollEventLayout.Size];
        var written = new Span<byte>(raw, EpollEventLayout.Size);
        MemoryMarshal.Write(written, events);
        MemoryMarshal.Write(written[EpollEventLayout.DataOffset..], data);
        int result = LibC.epoll_ctl(epoll.Fd, operation, target.Fd, raw);
        int errno = Marshal.GetLastSystemError();
        return result == 0 ? 0 : errno;
    }

    private static (uint Events, long Data)[] Wait(RawSocket epoll)
    {
        const int Most = 4;
        byte[] raw = new byte[Most * EpollEventLayout.Size];
        int count;
        fixed (byte* pointer = raw) count = LibC.epoll_wait(epoll.Fd, pointer, Most, 0);
        Assert.That(count, Is.Not.Negative);
        return [.. Enumerable.Range(0, count).Select(i => i * EpollEventLayout.Size).Select(at => (BitConverter.ToUInt32(raw, at), BitConverter.ToInt64(raw, at + EpollEventLayout.DataOffset)))];
    }
}
