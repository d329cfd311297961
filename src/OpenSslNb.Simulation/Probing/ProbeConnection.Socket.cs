using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Simulation.Probing;

/// <content>
/// The socket. Linux tells of a reset once: whichever of connect(2), send(2) and recv(2) asks first is given ECONNRESET, and recv(2) says 0 from then on, behind what came before the reset. So who has been told remembers it.
/// Behind the peer's FIN a reset is EPIPE, which says nothing new: the stream has ended before.
/// </content>
internal sealed partial class ProbeConnection
{
    // All that was given to be sent and has not gone yet. It is never cancelled, so nothing of a flight is lost when a wait for it ends; it ends with the connection, and never with an exception.
    private Task _sending = Task.CompletedTask;
    private readonly CancellationTokenSource _gone = new();

    // Nothing goes out any more.
    private bool _isBroken;

    // The kernel has told us of a reset, and will not tell again. What it still has of the peer's bytes comes first.
    private bool _wasReset;

    /// <summary>We have ended our direction.</summary>
    public bool HasEndedSending { get; private set; }

    public static async Task<ProbeConnection> ConnectAsync(ProbeTarget target, CancellationToken cancellation)
    {
        IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? address) ? [address] : await Dns.GetHostAddressesAsync(target.Host, cancellation);
        foreach (IPAddress other in addresses.SkipLast(1))
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(other, target.Port), cancellation);
            }
            catch (SocketException)
            {
                continue;
            }
        }

        return await ConnectAsync(new IPEndPoint(addresses[^1], target.Port), cancellation);
    }

    public void EndSending()
    {
        HasEndedSending = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            _isBroken = true;
        }
    }

    private static async Task<ProbeConnection> ConnectAsync(IPEndPoint peer, CancellationToken cancellation)
    {
        var socket = new Socket(peer.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(peer, cancellation);
            return new ProbeConnection(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // Whoever refuses a connection says ECONNREFUSED: this one was taken, and then reset (or ended and reset) before connect(2) was asked what came of it.
            return new ProbeConnection(socket) { _isBroken = true, _wasReset = e.SocketErrorCode == SocketError.ConnectionReset };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task SendBehindAsync(Task before, ReadOnlyMemory<byte> rest, Delivery delivery, int position, CancellationToken gone)
    {
        await before;
        try
        {
            while (!rest.IsEmpty && !_isBroken && !HasEndedSending)
            {
                int count = Math.Min(rest.Length, delivery.PieceAt(position));
                for (ReadOnlyMemory<byte> piece = rest[..count]; !piece.IsEmpty;) piece = piece[await _socket.SendAsync(piece, gone)..];
                rest = rest[count..];
                position += count;
                if (delivery.Pause > TimeSpan.Zero && !rest.IsEmpty) await Task.Delay(delivery.Pause, gone);
            }
        }
        catch (SocketException e)
        {
            _isBroken = true;
            _wasReset |= e.SocketErrorCode != SocketError.Shutdown;
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
        {
            _isBroken = true;
        }
    }

    // Bytes, which are at the beginning of the buffer, or an end.
    private async Task<(int Count, StreamEnd End)> ReceiveSomeAsync(CancellationToken cancellation)
    {
        try
        {
            int count = await _socket.ReceiveAsync(_buffer, cancellation);
            if (count > 0) return (count, StreamEnd.Open);
        }
        catch (SocketException)
        {
            return (0, StreamEnd.Reset);
        }

        // What is being sent right now may have been told of a reset, and is about to say so. On a socket that is closed it ends by itself.
        if (!_sending.IsCompleted && IsClosed()) await _sending.WaitAsync(cancellation);
        return (0, _wasReset ? StreamEnd.Reset : StreamEnd.EndOfStream);
    }

    private bool IsClosed()
    {
        const int TcpLevel = 6;
        const int TcpInfo = 11;
        const byte TcpClose = 7;

        // Its first byte is the state (tcp(7)).
        byte[] info = new byte[8];
        return _socket.GetRawSocketOption(TcpLevel, TcpInfo, info) > 0 && info[0] == TcpClose;
    }
}
