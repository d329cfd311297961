using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>The C library, bound as OpenSSL is: blittable pointers, nothing saved or restored. The caller reads errno with <see cref="Marshal.GetLastSystemError"/> in its very next statement.</summary>
internal static unsafe partial class LibC
{
    /// <summary><c>socket(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int, int, int> socket = (delegate* unmanaged<int, int, int, int>)LibCSymbols.Address("socket");

    /// <summary><c>bind(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, uint, int> bind = (delegate* unmanaged<int, byte*, uint, int>)LibCSymbols.Address("bind");

    /// <summary><c>listen(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int, int> listen = (delegate* unmanaged<int, int, int>)LibCSymbols.Address("listen");

    /// <summary><c>accept4(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, uint*, int, int> accept4 = (delegate* unmanaged<int, byte*, uint*, int, int>)LibCSymbols.Address("accept4");

    /// <summary><c>connect(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, uint, int> connect = (delegate* unmanaged<int, byte*, uint, int>)LibCSymbols.Address("connect");

    /// <summary><c>getsockopt(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int, int, byte*, uint*, int> getsockopt = (delegate* unmanaged<int, int, int, byte*, uint*, int>)LibCSymbols.Address("getsockopt");

    /// <summary><c>setsockopt(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int, int, byte*, uint, int> setsockopt = (delegate* unmanaged<int, int, int, byte*, uint, int>)LibCSymbols.Address("setsockopt");

    /// <summary><c>getsockname(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, uint*, int> getsockname = (delegate* unmanaged<int, byte*, uint*, int>)LibCSymbols.Address("getsockname");

    /// <summary><c>getpeername(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, uint*, int> getpeername = (delegate* unmanaged<int, byte*, uint*, int>)LibCSymbols.Address("getpeername");

    /// <summary><c>shutdown(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int, int> shutdown = (delegate* unmanaged<int, int, int>)LibCSymbols.Address("shutdown");

    /// <summary><c>close(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, int> close = (delegate* unmanaged<int, int>)LibCSymbols.Address("close");

    /// <summary><c>recv(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, nuint, int, nint> recv = (delegate* unmanaged<int, byte*, nuint, int, nint>)LibCSymbols.Address("recv");

    /// <summary><c>send(2)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, nuint, int, nint> send = (delegate* unmanaged<int, byte*, nuint, int, nint>)LibCSymbols.Address("send");

    /// <summary><c>struct linger</c> of <c>socket(7)</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct linger
    {
        internal int l_onoff;
        internal int l_linger;
    }
}
