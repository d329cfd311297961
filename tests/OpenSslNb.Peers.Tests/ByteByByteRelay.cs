using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Peers.Tests;

/// <summary>Stands between one client and a server, and forwards each byte by itself, in both directions.</summary>
internal sealed class ByteByByteRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;

    public ByteByByteRelay(int serverPort)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = Task.Run(() => RunAsync(serverPort));
    }

    public int Port { get; }

    /// <summary>Both sides have closed.</summary>
    public Task EndAsync() => _running.WaitAsync(ExternalProcess.Deadline);

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync(int serverPort)
    {
        using Socket client = await _listener.AcceptSocketAsync();
        client.NoDelay = true;
        using RawClient server = await RawClient.ConnectAsync(serverPort);
        await Task.WhenAll(ForwardAsync(client, server.Socket), ForwardAsync(server.Socket, client));
    }

    private static async Task ForwardAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[4096];
        for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
        {
            for (int i = 0; i < count; i++) await to.SendAsync(buffer.AsMemory(i, 1));
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
