using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace OpenSslNb.Testing;

/// <summary>A peer at the level of TCP, to do what no TLS library would: be silent, trickle, vanish, reset.</summary>
public sealed class RawPeer : IDisposable
{
    private RawPeer(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <summary>How many segments with data have come: <c>tcpi_data_segs_in</c> of <c>TCP_INFO</c>, <c>tcp(7)</c>.</summary>
    public uint DataSegmentsReceived => TcpInfo(offset: 152);

    /// <summary>How much of what was sent the other kernel does not have yet: segments in flight (<c>tcpi_unacked</c>), and bytes that have not left (<c>tcpi_notsent_bytes</c>).</summary>
    public (uint Segments, uint Bytes) Outstanding => (TcpInfo(offset: 24), TcpInfo(offset: 144));

    public static async Task<RawPeer> ConnectAsync(IPEndPoint endPoint, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(endPoint);
        return new RawPeer(socket);
    }

    /// <summary>The runtime's own TLS over this socket, which it does not close when it is disposed; any certificate is accepted.</summary>
    public async Task<SslStream> SecureAsync()
    {
        var stream = new SslStream(new NetworkStream(Socket, ownsSocket: false), leaveInnerStreamOpen: true);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }).WaitAsync(Bench.Deadline);
        return stream;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> data) => await Socket.SendAsync(data);

    /// <summary>FIN, as if the process had ended in good order.</summary>
    public void Fin() => Socket.Shutdown(SocketShutdown.Send);

    private uint TcpInfo(int offset)
    {
        const int Tcp = 6;
        const int Option = 11;
        byte[] info = new byte[offset + sizeof(uint)];
        int length = Socket.GetRawSocketOption(Tcp, Option, info);
        return length >= info.Length ? BitConverter.ToUInt32(info, offset) : throw new NotSupportedException($"this kernel's TCP_INFO has {length} bytes");
    }

    /// <summary>RST.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);

        // With a timeout of 0 the runtime does not shut down first, which would send FIN.
        Socket.Close(0);
    }

    public void Dispose() => Socket.Dispose();
}
