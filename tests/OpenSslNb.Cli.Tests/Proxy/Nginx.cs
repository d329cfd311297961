using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary>nginx without TLS: HTTP/1.1, HTTP/2 by prior knowledge, and HTTP/1.1 behind a PROXY header, on three ports.</summary>
internal sealed class Nginx : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-nginx-");
    private RunningProcess? _process;

    private Nginx()
    {
    }

    public int Http { get; private set; }

    public int Http2 { get; private set; }

    public int BehindProxy { get; private set; }

    /// <summary>What <c>/file</c> is.</summary>
    public byte[] File { get; } = [.. Enumerable.Range(0, 5_000_000).Select(i => (byte)(i * 11 >> 4))];

    /// <summary>The path of a program; ignores the test where it is not installed.</summary>
    public static string Require(string program, string package)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin"];
        string? path = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(System.IO.File.Exists);
        if (path is null) Assert.Ignore($"{program} is not installed: apt-get install {package}");
        return path!;
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<Nginx> StartAsync()
    {
        const int Attempts = 5;
        string program = Require("nginx", "nginx-light");
        var nginx = new Nginx();
        await System.IO.File.WriteAllBytesAsync(Path.Combine(nginx._folder.FullName, "file"), nginx.File);
        for (int attempt = 1; ; attempt++)
        {
            (nginx.Http, nginx.Http2, nginx.BehindProxy) = FreePorts();
            string configuration = Path.Combine(nginx._folder.FullName, "nginx.conf");
            await System.IO.File.WriteAllTextAsync(configuration, nginx.Configuration());
            nginx._process = RunningProcess.Start(program, "-p", nginx._folder.FullName, "-c", configuration, "-e", "stderr");
            if (await nginx.ListensAsync()) return nginx;
            string said = nginx._process.Error.Text;
            nginx._process.Dispose();
            if (attempt < Attempts) continue;
            nginx.Dispose();
            throw new IOException($"nginx did not begin: {said}");
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Configuration()
    {
        string temporary = string.Join(' ', new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"{kind}_temp_path {_folder.FullName}/{kind};"));
        return $$"""
            daemon off; master_process off; pid {{_folder.FullName}}/pid; error_log stderr;
            events { worker_connections 2000; }
            http {
              access_log off; keepalive_requests 100000; {{temporary}}
              server { listen 127.0.0.1:{{Http}}; root {{_folder.FullName}}; location = /short { return 200 "short\n"; } }
              server { listen 127.0.0.1:{{Http2}} http2; root {{_folder.FullName}}; location = /short { return 200 "short\n"; } }
              server {
                listen 127.0.0.1:{{BehindProxy}} proxy_protocol; set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol;
                location / { return 200 "$remote_addr:$remote_port at $proxy_protocol_server_addr:$proxy_protocol_server_port\n"; }
              }
            }
            """;
    }

    private async Task<bool> ListensAsync()
    {
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!_process!.HasExited && !deadline.IsCancellationRequested)
        {
            try
            {
                using Socket probe = await PlainServer.ConnectAsync(Http);
                return true;
            }
            catch (SocketException)
            {
                await pause.WaitForNextTickAsync();
            }
        }

        return false;
    }

    private static (int First, int Second, int Third) FreePorts()
    {
        TcpListener[] listeners = [new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0)];
        try
        {
            int[] ports = [.. listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            })];
            return (ports[0], ports[1], ports[2]);
        }
        finally
        {
            foreach (TcpListener listener in listeners) listener.Dispose();
        }
    }
}
