using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace OpenSslNb.Cli.Tests;

/// <summary>A server that is not ours: accepts one connection and lets the test act it out.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private TestServer(Func<SslStream, Socket, Task> act)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Ended = Task.Run(() => RunAsync(act)).WaitAsync(RunningProcess.Deadline);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Completes when the act is over; then the connection is closed.</summary>
    public Task Ended { get; }

    /// <param name="act">What the server does after the handshake, with TLS and the socket below it.</param>
    public static TestServer Start(Func<SslStream, Socket, Task> act) => new(act);

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync(Func<SslStream, Socket, Task> act)
    {
        using Socket socket = await _listener.AcceptAsync();
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Pki.Server });
        await act(tls, socket);
    }
}
