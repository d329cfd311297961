using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace OpenSslNb.Peers.Tests;

/// <summary>A TCP connection to our server that speaks as it likes.</summary>
internal sealed class RawClient : IDisposable
{
    private RawClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(ExternalProcess.Deadline);
        return new RawClient(socket);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> data)
    {
        using var deadline = new CancellationTokenSource(ExternalProcess.Deadline);
        while (!data.IsEmpty) data = data[await Socket.SendAsync(data, deadline.Token)..];
    }

    /// <summary>FIN.</summary>
    public void EndSending() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>RST, instead of what else would be sent.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    /// <summary>All that the server says until it closes; a reset ends it too.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var deadline = new CancellationTokenSource(ExternalProcess.Deadline);
        using var all = new MemoryStream();
        byte[] buffer = new byte[4096];
        try
        {
            for (int count; (count = await Socket.ReceiveAsync(buffer, deadline.Token)) > 0;) all.Write(buffer, 0, count);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // An end too.
        }

        return all.ToArray();
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>The first record of a real client.</summary>
    public static async Task<byte[]> ClientHelloAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using RawClient client = await ConnectAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using TcpClient accepted = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(new NetworkStream(client.Socket));
        Task handshake = tls.AuthenticateAsClientAsync("localhost");
        byte[] header = new byte[5];
        await accepted.GetStream().ReadExactlyAsync(header).AsTask().WaitAsync(ExternalProcess.Deadline);
        byte[] body = new byte[(header[3] << 8) | header[4]];
        await accepted.GetStream().ReadExactlyAsync(body).AsTask().WaitAsync(ExternalProcess.Deadline);
        accepted.Close();
        try
        {
            await handshake.WaitAsync(ExternalProcess.Deadline);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // It got no answer.
        }

        return [.. header, .. body];
    }
}
