using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>The C library. Blittable and without <c>SetLastError</c>: the caller reads errno with <see cref="Marshal.GetLastSystemError"/> in its very next statement.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    /// <summary><c>socket(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int socket(int domain, int type, int protocol);

    /// <summary><c>bind(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int bind(int fd, byte* address, uint length);

    /// <summary><c>listen(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int listen(int fd, int backlog);

    /// <summary><c>accept4(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int accept4(int fd, byte* address, uint* length, int flags);

    /// <summary><c>connect(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int connect(int fd, byte* address, uint length);

    /// <summary><c>getsockopt(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int getsockopt(int fd, int level, int option, byte* value, uint* length);

    /// <summary><c>setsockopt(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int setsockopt(int fd, int level, int option, byte* value, uint length);

    /// <summary><c>getsockname(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int getsockname(int fd, byte* address, uint* length);

    /// <summary><c>getpeername(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int getpeername(int fd, byte* address, uint* length);

    /// <summary><c>shutdown(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int shutdown(int fd, int how);

    /// <summary><c>close(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial int close(int fd);

    /// <summary><c>recv(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial nint recv(int fd, byte* buffer, nuint length, int flags);

    /// <summary><c>send(2)</c>.</summary>
    [LibraryImport(Library)]
    internal static partial nint send(int fd, byte* buffer, nuint length, int flags);

    /// <summary><c>struct linger</c> of <c>socket(7)</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct linger
    {
        internal int l_onoff;
        internal int l_linger;
    }
}
