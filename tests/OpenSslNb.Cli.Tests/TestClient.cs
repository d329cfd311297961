using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.Cli.Tests;

/// <summary>A client that is not ours: <see cref="SslStream"/>, which trusts <see cref="Pki.Authority"/> alone.</summary>
internal sealed class TestClient : IDisposable
{
    private TestClient(Socket socket, Func<Stream, Stream>? wrap)
    {
        Socket = socket;
        Wire = new WatchedStream(new NetworkStream(socket, ownsSocket: true));
        Tls = new SslStream(wrap is null ? Wire : wrap(Wire));
    }

    public Socket Socket { get; }

    public WatchedStream Wire { get; }

    public SslStream Tls { get; }

    /// <summary>Connects and does the handshake.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="protocols">Versions to offer.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="receiveBuffer">Of the socket, bytes; 0 leaves it to the kernel.</param>
    /// <param name="wrap">Puts something between TLS and the socket.</param>
    public static async Task<TestClient> ConnectAsync(int port, SslProtocols protocols = SslProtocols.None, Action<SslClientAuthenticationOptions>? configure = null, int receiveBuffer = 0, Func<Stream, Stream>? wrap = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
            var client = new TestClient(socket, wrap);
            var options = new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols, CertificateChainPolicy = TrustingAuthority() };
            configure?.Invoke(options);
            await client.Tls.AuthenticateAsClientAsync(options, deadline.Token);
            return client;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task WriteAsync(ReadOnlyMemory<byte> data) => Tls.WriteAsync(data).AsTask().WaitAsync(RunningProcess.Deadline);

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] data = new byte[count];
        await Tls.ReadExactlyAsync(data).AsTask().WaitAsync(RunningProcess.Deadline);
        return data;
    }

    /// <summary>Reads up to the end of the peer's stream.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await Tls.CopyToAsync(all).WaitAsync(RunningProcess.Deadline);
        return all.ToArray();
    }

    /// <summary>Sends close_notify; reading goes on.</summary>
    public Task CloseWriteAsync() => Tls.ShutdownAsync().WaitAsync(RunningProcess.Deadline);

    /// <summary>Sends data and reads it back, both at the same time.</summary>
    public async Task<byte[]> EchoAsync(byte[] data)
    {
        Task writing = Task.Run(() => WriteAsync(data));
        byte[] answer = await ReadAsync(data.Length);
        await writing;
        return answer;
    }

    public void Dispose() => Tls.Dispose();

    private static X509ChainPolicy TrustingAuthority() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { Pki.Authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };
}
