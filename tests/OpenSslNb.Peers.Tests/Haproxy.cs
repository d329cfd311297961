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
            await File.WriteAllTextAsync(file, $"global\n  noreuseport\ndefaults\n  mode tcp\n  timeout connect 20s\n  timeout client 60s\n  timeout server 60s\n{listen(port)}\n");
            var server = new ServerProgram(ExternalProcess.Start("haproxy", "haproxy", "-db", "-f", file), port);
            if (await ListensAsync(server)) return server;
            string said = server.Process.Error.Tail;
            await server.DisposeAsync();
            if (attempt == Attempts) throw new IOException($"haproxy did not begin: {said}");
        }
    }

    // Seen from outside: a connection to try it would be one that the test's own server hears of.
    private static async Task<bool> ListensAsync(ServerProgram server)
    {
        using var deadline = new CancellationTokenSource(ExternalProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!server.Process.HasExited && !deadline.IsCancellationRequested)
        {
            if (Listens(server.Process.Id, server.Port)) return true;
            await pause.WaitForNextTickAsync();
        }

        return false;
    }

    // proc(5): a line of /proc/net/tcp has the local address, the state (0A listens) and the socket's inode, which the process has a descriptor of.
    private static bool Listens(int process, int port)
    {
        string? inode = File.ReadLines("/proc/net/tcp").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && words[3] == "0A")?[9];
        try
        {
            return inode is not null && new DirectoryInfo($"/proc/{process}/fd").EnumerateFiles().Any(file => file.LinkTarget == $"socket:[{inode}]");
        }
        catch (DirectoryNotFoundException)
        {
            // It has just ended.
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
