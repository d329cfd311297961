namespace OpenSslNb.Interop;

/// <content>Constants, named as in C. A test compares each with the real headers.</content>
internal static unsafe partial class LibC
{
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_ERROR = 4;
    internal const int SO_TYPE = 3;
    internal const int SO_LINGER = 13;
    internal const int SO_RCVBUF = 8;
    internal const int SO_SNDBUF = 7;
    internal const int SO_REUSEADDR = 2;
    internal const int SO_REUSEPORT = 15;
    internal const int IPPROTO_TCP = 6;
    internal const int TCP_NODELAY = 1;
    internal const int IPPROTO_IPV6 = 41;
    internal const int IPV6_V6ONLY = 26;
    internal const int MSG_DONTWAIT = 64;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_PEEK = 2;
    internal const int SHUT_WR = 1;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;
    internal const uint EPOLLIN = 1;
    internal const uint EPOLLOUT = 4;
    internal const uint EPOLLERR = 8;
    internal const uint EPOLLHUP = 16;
    internal const int POLLIN = 1;
    internal const int POLLOUT = 4;
    internal const int POLLERR = 8;
    internal const int POLLHUP = 16;
    internal const int POLLNVAL = 32;
    internal const int SIGPIPE = 13;
    internal const int SIG_BLOCK = 0;
    internal const int RLIMIT_NOFILE = 7;
    internal const int AT_SECURE = 23;
    internal const int RTLD_LAZY = 1;
    internal const int RTLD_NOW = 2;
    internal const int RTLD_NOLOAD = 4;
    internal const int RTLD_DEEPBIND = 8;
}
