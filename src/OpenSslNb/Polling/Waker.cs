using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Polling;

/// <summary>Ends a poller's wait from another thread (<c>eventfd(2)</c>). <see cref="Wake"/> may be called from any thread at any time; the rest is the loop's.</summary>
internal sealed unsafe class Waker : IDisposable
{
    // A poster may be late: it must never write to a descriptor that has been closed and given to somebody else.
    private readonly Lock _gate = new();
    private bool _closed;

    public Waker()
    {
        Fd = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        int errno = Marshal.GetLastSystemError();
        if (Fd < 0) throw new IOException($"eventfd failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
    }

    /// <summary>Readable after <see cref="Wake"/> until <see cref="Drain"/>.</summary>
    public int Fd { get; }

    /// <summary>Makes the descriptor readable. A full counter is readable already, so EAGAIN needs nothing.</summary>
    public void Wake()
    {
        ulong one = 1;
        lock (_gate)
        {
            if (_closed) return;
            while (LibC.write(Fd, (byte*)&one, sizeof(ulong)) < 0)
            {
                if (Marshal.GetLastSystemError() != Errno.EINTR) return;
            }
        }
    }

    /// <summary>Makes the descriptor unreadable again.</summary>
    public void Drain()
    {
        ulong count;
        _ = LibC.read(Fd, (byte*)&count, sizeof(ulong));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_closed) _ = LibC.close(Fd);
            _closed = true;
        }
    }
}
