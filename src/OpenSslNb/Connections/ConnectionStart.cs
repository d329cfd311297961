using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>What every socket needs before it connects or listens; an accepted socket inherits it from the one that listens (<c>tcp(7)</c>).</summary>
/// <remarks>Before, and not after: the window is agreed on in the first segments, and one that shrinks below a segment's size later stalls the sender for seconds.</remarks>
internal static class ConnectionStart
{
    public static void Prepare(SocketHandle socket, TlsConnectionOptions options)
    {
        // Records are gathered here already; Nagle's algorithm would only delay the last one.
        socket.SetOption(LibC.IPPROTO_TCP, LibC.TCP_NODELAY, 1);
        if (options.SendBuffer is { } send) socket.SetOption(LibC.SOL_SOCKET, LibC.SO_SNDBUF, send);
        if (options.ReceiveBuffer is { } receive) socket.SetOption(LibC.SOL_SOCKET, LibC.SO_RCVBUF, receive);
    }
}
