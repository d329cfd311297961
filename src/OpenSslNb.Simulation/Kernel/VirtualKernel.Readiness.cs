using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <content>Readiness: <c>poll(2)</c>, <c>epoll(7)</c>, <c>eventfd(2)</c>. Waiting is the world's: every wait returns at once.</content>
internal sealed partial class VirtualKernel
{
    private const int AlreadyExists = 17; // EEXIST
    private const int NotFound = 2; // ENOENT

    public int EventFd() => Intercept("eventfd") is var fault and not 0 ? fault : Add(new VirtualEventFd());

    public int EpollCreate() => Intercept("epoll_create1") is var fault and not 0 ? fault : Add(new VirtualEpoll());

    public int EpollControl(int fd, int operation, int target, int events, long data)
    {
        // Only a new registration needs memory: epoll_ctl(2).
        if (operation == LibC.EPOLL_CTL_ADD && Intercept("epoll_ctl") is var fault and not 0) return fault;
        if (Find<VirtualEpoll>(fd, "epoll_ctl") is not { } epoll || Find<VirtualFile>(target, "epoll_ctl") is null) return -Errno.EBADF;
        int index = epoll.Registrations.FindIndex(r => r.Fd == target);
        switch (operation)
        {
            case LibC.EPOLL_CTL_ADD when index >= 0:
                return -AlreadyExists;
            case LibC.EPOLL_CTL_ADD:
                epoll.Registrations.Add((target, events, data));
                return 0;
            case var _ when index < 0:
                return -NotFound;
            case LibC.EPOLL_CTL_MOD:
                epoll.Registrations[index] = (target, events, data);
                return 0;
            default:
                epoll.Registrations.RemoveAt(index);
                return 0;
        }
    }

    /// <summary>What is ready, in the order in which it was registered.</summary>
    public int EpollWait(int fd, Span<(int Events, long Data)> destination)
    {
        if (Intercept("epoll_wait") is var fault and not 0) return fault;
        if (Find<VirtualEpoll>(fd, "epoll_wait") is not { } epoll) return -Errno.EBADF;
        int count = 0;
        foreach ((int target, int events, long data) in epoll.Registrations)
        {
            if (count == destination.Length) break;
            int ready = ReadinessOf(target, events);
            if (ready != 0) destination[count++] = (ready, data);
        }

        return count;
    }

    public unsafe int Poll(LibC.pollfd* entries, int count)
    {
        if (Intercept("poll") is var fault and not 0) return fault;
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            bool isOpen = _files.ContainsKey(entries[i].fd);
            if (!isOpen) Violations.Add($"poll of descriptor {entries[i].fd - FirstFd}, which is closed");
            entries[i].revents = (short)(isOpen ? ReadinessOf(entries[i].fd, entries[i].events) : PollFlags.Invalid);
            if (entries[i].revents != 0) found++;
        }

        return found;
    }

    /// <summary><c>read(2)</c> of an eventfd takes its count; of a socket, what is readable.</summary>
    public int Read(int fd, Span<byte> destination)
    {
        if (_files.GetValueOrDefault(fd) is not VirtualEventFd counter) return Receive(fd, destination, "read");
        if (Intercept("read") is var fault and not 0) return fault;
        if (counter.Count == 0) return -Errno.EAGAIN;
        BitConverter.TryWriteBytes(destination, counter.Count);
        counter.Count = 0;
        return sizeof(ulong);
    }

    /// <summary><c>write(2)</c> to an eventfd adds to its count; to a socket, sends.</summary>
    public int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        if (_files.GetValueOrDefault(fd) is not VirtualEventFd counter) return Send(fd, bytes, "write");
        if (Intercept("write") is var fault and not 0) return fault;
        counter.Count += BitConverter.ToUInt64(bytes);
        return sizeof(ulong);
    }

    // Errors and hang-ups are reported whether asked for or not.
    private int ReadinessOf(int fd, int events) =>
        _files.TryGetValue(fd, out VirtualFile? file) ? file.Readiness & (events | PollFlags.Error | PollFlags.HangUp) : 0;
}
