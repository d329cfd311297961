using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenSslNb.Simulation.Differential;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Tests.Differential;

/// <summary>A peer that does the same to every client, and what a script sees of it.</summary>
internal sealed class SocketPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SocketPeer(Func<Socket, Task> act)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = Task.Run(() => RunAsync(act));
    }

    /// <summary>Nothing here is silent for so long, unless a test is about silence.</summary>
    public ProbeTarget Target => new() { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndPoint!).Port, Timeout = TimeSpan.FromSeconds(20), Client = new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true } };

    /// <summary>What it does to a case of these steps.</summary>
    public Task<Transcript> RunAsync(string steps) => new ScriptRunner(Target).RunAsync(Case(steps), CancellationToken.None);

    public static ScriptCase Case(string steps) => ScriptReader.Read("test", Encoding.UTF8.GetBytes($$"""{"name":"one","steps":[{{steps}}]}""")).Cases.Single();

    /// <summary>The next close sends RST.</summary>
    public static void ResetOnClose(Socket socket) => socket.LingerState = new LingerOption(true, 0);

    public static async Task ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer) > 0) continue;
    }

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync(Func<Socket, Task> act)
    {
        while (true)
        {
            using Socket socket = await _listener.AcceptAsync();
            await act(socket);
        }
    }
}
