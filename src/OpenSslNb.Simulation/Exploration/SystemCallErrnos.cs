namespace OpenSslNb.Simulation;

/// <summary>With what each system call that serves connections can fail, by the man pages of section 2; errors of a correct program's making excepted (EBADF, EFAULT, EINVAL).</summary>
internal static class SystemCallErrnos
{
    private const int EPERM = 1;
    private const int EINTR = 4;
    private const int EIO = 5;
    private const int EAGAIN = 11;
    private const int ENOMEM = 12;
    private const int EACCES = 13;
    private const int ENFILE = 23;
    private const int EMFILE = 24;
    private const int ENOSPC = 28;
    private const int EPIPE = 32;
    private const int EPROTO = 71;
    private const int EADDRINUSE = 98;
    private const int EADDRNOTAVAIL = 99;
    private const int ENETDOWN = 100;
    private const int ENETUNREACH = 101;
    private const int ECONNABORTED = 103;
    private const int ECONNRESET = 104;
    private const int ENOBUFS = 105;
    private const int ENOTCONN = 107;
    private const int ETIMEDOUT = 110;
    private const int ECONNREFUSED = 111;
    private const int EHOSTUNREACH = 113;

    /// <summary>Call and errnos, in a fixed order.</summary>
    public static IReadOnlyList<(string Call, int[] Errnos)> All { get; } =
    [
        ("socket", [EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES]),
        ("connect", [EINTR, ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EAGAIN, ETIMEDOUT, EPERM, EACCES]),
        ("accept4", [EINTR, EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTO, EPERM, ENETDOWN]),
        ("getsockopt", [ENOBUFS, ENOMEM]),
        ("setsockopt", [ENOMEM, ENOBUFS]),
        ("getsockname", [ENOBUFS]),
        ("getpeername", [ENOBUFS, ENOTCONN]),
        ("shutdown", [ENOTCONN, ENOBUFS]),
        ("close", [EINTR, EIO]),
        ("recv", [EINTR, EAGAIN, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENOMEM, ENOBUFS]),
        ("send", [EINTR, EAGAIN, ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETDOWN, ENOMEM, ENOBUFS]),
        ("read", [EINTR, EAGAIN, ECONNRESET, ETIMEDOUT, EHOSTUNREACH]),
        ("write", [EINTR, EAGAIN, ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH]),
        ("poll", [EINTR, ENOMEM]),
        ("epoll_wait", [EINTR]),
        ("epoll_ctl", [ENOMEM, ENOSPC]),
    ];
}
