namespace OpenSslNb.Interop;

/// <summary><c>errno(3)</c>. A test compares each with the real headers.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int EINTR = 4;
    internal const int EBADF = 9;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EMFILE = 24;
    internal const int ENFILE = 23;
    internal const int EPIPE = 32;
    internal const int EPROTO = 71;
    internal const int ENOBUFS = 105;
    internal const int ECONNRESET = 104;
    internal const int ECONNABORTED = 103;
    internal const int ECONNREFUSED = 111;
    internal const int EINPROGRESS = 115;
    internal const int ENETDOWN = 100;
    internal const int ENETUNREACH = 101;
    internal const int EHOSTUNREACH = 113;
    internal const int ETIMEDOUT = 110;
}
