using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>What every connected socket needs before TLS begins.</summary>
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
