using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary>A server without TLS that is not ours: each connection is acted out by the test.</summary>
internal sealed class PlainServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<Task> _acts = new();
    private readonly Func<Socket, Task> _act;

    private PlainServer(Func<Socket, Task> act, int sendBuffer)
    {
        _act = act;
        if (sendBuffer > 0) _listener.SendBufferSize = sendBuffer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>What has become of the connections so far; throws what an act threw.</summary>
    public Task ActsAsync() => Task.WhenAll(_acts).WaitAsync(RunningProcess.Deadline);

    /// <param name="act">The socket is closed when it has ended.</param>
    /// <param name="sendBuffer">Of the sockets, bytes; 0 leaves it to the kernel.</param>
    public static PlainServer Start(Func<Socket, Task> act, int sendBuffer = 0) => new(act, sendBuffer);

    /// <summary>Every byte back, then the end.</summary>
    public static PlainServer StartEcho() => Start(async socket =>
    {
        byte[] buffer = new byte[64 * 1024];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;) await SendAsync(socket, buffer.AsMemory(0, count));
        socket.Shutdown(SocketShutdown.Send);
    });

    public static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty) data = data[await socket.SendAsync(data)..];
    }

    /// <summary>Reads up to the end of the stream.</summary>
    public static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        for (int count; (count = await socket.ReceiveAsync(buffer, deadline.Token)) > 0;) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>A connection to a port of this machine.</summary>
    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(RunningProcess.Deadline);
        return socket;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync();
                _acts.Enqueue(Task.Run(() => ActAsync(socket)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the test is over.
            _listener.Dispose();
        }
    }

    private async Task ActAsync(Socket socket)
    {
        using (socket) await _act(socket);
    }
}
