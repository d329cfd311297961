using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>Descriptors that accepting leaves to the rest of the process: the runtime needs one for every new thread, and ends the process when it gets none.</summary>
/// <param name="reserve">How many.</param>
internal sealed unsafe class DescriptorReserve(int reserve)
{
    // The limit hardly ever changes, and asking is a system call for every connection.
    private const long TrustMilliseconds = 100;

    private ulong _limit;
    private long _askAgain = long.MinValue;

    /// <summary>True when this descriptor, the lowest that was free (POSIX gives no other), is one of the last below the limit.</summary>
    /// <param name="fd">A descriptor that was just given.</param>
    /// <param name="now">The loop's time in milliseconds.</param>
    public bool Contains(int fd, long now)
    {
        if (now >= _askAgain)
        {
            LibC.rlimit limit;
            _limit = LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : ulong.MaxValue;
            _askAgain = now + TrustMilliseconds;
        }

        return _limit != ulong.MaxValue && (ulong)fd + (ulong)reserve >= _limit;
    }
}
