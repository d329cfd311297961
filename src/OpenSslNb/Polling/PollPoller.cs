using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Polling;

/// <summary><c>poll(2)</c>: works on any POSIX system, and is the reference that the epoll poller is tested against. A turn costs by all registered descriptors.</summary>
internal sealed unsafe class PollPoller : IPoller
{
    // Invariant: _entries[i] and _tokens[i] belong together for i < _count; _positions maps each descriptor to its i.
    private readonly Dictionary<int, int> _positions = [];
    private LibC.pollfd[] _entries = new LibC.pollfd[64];
    private Token[] _tokens = new Token[64];
    private int _count;

    // Where the next scan begins, so that a full event buffer starves nobody.
    private int _scanFrom;

    public void Add(int fd, Token token, Interest interest)
    {
        PollerRules.RequireInterest(interest);
        if (!_positions.TryAdd(fd, _count)) throw new IOException($"descriptor {fd} is registered already");
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * _count);
            Array.Resize(ref _tokens, 2 * _count);
        }

        _entries[_count] = new LibC.pollfd { fd = fd, events = FlagsOf(interest) };
        _tokens[_count] = token;
        _count++;
    }

    public void Modify(int fd, Token token, Interest interest)
    {
        PollerRules.RequireInterest(interest);
        int position = PositionOf(fd);
        _entries[position].events = FlagsOf(interest);
        _tokens[position] = token;
    }

    public void Remove(int fd)
    {
        int position = PositionOf(fd);
        _positions.Remove(fd);
        _count--;
        if (position == _count) return;
        _entries[position] = _entries[_count];
        _tokens[position] = _tokens[_count];
        _positions[_entries[position].fd] = position;
    }

    public int Wait(Span<PollEvent> events, int timeoutMilliseconds)
    {
        int ready;
        fixed (LibC.pollfd* entries = _entries)
        {
            ready = LibC.poll(entries, (nuint)_count, timeoutMilliseconds);
            int errno = Marshal.GetLastSystemError();
            if (ready < 0)
            {
                return errno is Errno.EINTR or Errno.ENOMEM or Errno.EAGAIN ? 0 : throw new IOException($"poll failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
            }
        }

        return Collect(events, ready);
    }

    public void Dispose()
    {
        // Owns no descriptor.
    }

    private int Collect(Span<PollEvent> events, int ready)
    {
        int found = 0;
        int start = _scanFrom < _count ? _scanFrom : 0;
        for (int i = 0; i < _count && found < ready && found < events.Length; i++)
        {
            int position = start + i < _count ? start + i : start + i - _count;
            short flags = _entries[position].revents;
            if (flags == 0) continue;
            events[found++] = Decode(_tokens[position], flags);
            _scanFrom = position + 1;
        }

        return found;
    }

    private static PollEvent Decode(Token token, short flags)
    {
        bool hungUp = (flags & (LibC.POLLERR | LibC.POLLHUP | LibC.POLLNVAL)) != 0;
        var ready = Interest.None;
        if (hungUp || (flags & LibC.POLLIN) != 0) ready |= Interest.Read;
        if (hungUp || (flags & LibC.POLLOUT) != 0) ready |= Interest.Write;
        return new PollEvent(token, ready, hungUp);
    }

    private static short FlagsOf(Interest interest)
    {
        int flags = 0;
        if ((interest & Interest.Read) != 0) flags |= LibC.POLLIN;
        if ((interest & Interest.Write) != 0) flags |= LibC.POLLOUT;
        return (short)flags;
    }

    private int PositionOf(int fd) => _positions.TryGetValue(fd, out int position) ? position : throw new IOException($"descriptor {fd} is not registered");
}
