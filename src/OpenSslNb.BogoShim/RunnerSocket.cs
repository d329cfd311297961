using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.BogoShim;

/// <summary>The TCP connection to the runner: always a client's, also for a TLS server.</summary>
internal sealed class RunnerSocket : IDisposable
{
    // The runner gives up on its own after 15 s; a shim that is forgotten must not stay for ever.
    private const int PatienceInMilliseconds = 60_000;

    private readonly Socket _socket;

    private RunnerSocket(Socket socket) => _socket = socket;

    public static RunnerSocket Connect(ShimOptions options)
    {
        // Runners that tell their shims apart by an id listen on IPv4 first; older ones on IPv6, and another program may have the same port of the other.
        IPAddress[] addresses = options.Ipv6 || options.ShimId is null ? [IPAddress.IPv6Loopback, IPAddress.Loopback] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
        Exception? last = null;
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = PatienceInMilliseconds, SendTimeout = PatienceInMilliseconds };
            try
            {
                socket.Connect(new IPEndPoint(address, options.Port));
                var runner = new RunnerSocket(socket);
                runner.SayWho(options.ShimId);
                return runner;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
        }

        throw new TestFailure($"no connection to the runner at port {options.Port}: {last!.Message}");
    }

    /// <summary>Bytes from the runner; 0 at their end, a reset included: what OpenSSL makes of it is the test.</summary>
    public int Receive(Span<byte> buffer)
    {
        try
        {
            return _socket.Receive(buffer);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return 0;
        }
    }

    /// <summary>All bytes to the runner. One that has gone does not want them.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            // What it sent before is still read, and says more than this.
        }
    }

    /// <summary>Half-closes, and reads what comes until the runner closes: a reset would destroy what it has not read.</summary>
    public void Dispose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            Span<byte> rest = stackalloc byte[1024];
            while (_socket.Receive(rest) > 0)
            {
                // Nobody wants it.
            }
        }
        catch (SocketException)
        {
            // It has closed already.
        }

        _socket.Dispose();
    }

    // Newer runners tell their shims apart by this.
    private void SayWho(ulong? id)
    {
        if (id is not { } number) return;
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        Send(bytes);
    }
}
