using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Peers.Tests;

/// <summary>HAProxy with a configuration of its own, listening on loopback.</summary>
internal static class Haproxy
{
    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="folder">Where its configuration is written.</param>
    /// <param name="listen">The section, for a port.</param>
    public static async Task<ServerProgram> StartAsync(PemFiles folder, Func<int, string> listen)
    {
        const int Attempts = 5;
        for (int attempt = 1; ; attempt++)
        {
            int port = FreePort();
            string file = folder.PathOf($"haproxy-{port}.cfg");
            await File.WriteAllTextAsync(file, $"defaults\n  mode tcp\n  timeout connect 20s\n  timeout client 60s\n  timeout server 60s\n{listen(port)}\n");
            var server = new ServerProgram(ExternalProcess.Start("haproxy", "haproxy", "-db", "-f", file), port);
            if (await ListensAsync(server)) return server;
            string said = server.Process.Error.Tail;
            await server.DisposeAsync();
            if (attempt == Attempts) throw new IOException($"haproxy did not begin: {said}");
        }
    }

    private static async Task<bool> ListensAsync(ServerProgram server)
    {
        using var deadline = new CancellationTokenSource(ExternalProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!server.Process.HasExited && !deadline.IsCancellationRequested)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, server.Port);
                return true;
            }
            catch (SocketException)
            {
                await pause.WaitForNextTickAsync();
            }
        }

        return false;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
