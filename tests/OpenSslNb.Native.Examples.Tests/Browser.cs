using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>A client by <see cref="SslStream"/>, for what no program does: not reading, and breaking off.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly Socket _socket;

    private Browser(Socket socket, SslStream stream) => (_socket, Stream) = (socket, stream);

    public SslStream Stream { get; }

    public static async Task<Browser> ConnectAsync(int port, SslProtocols protocol = SslProtocols.Tls13)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port).WaitAsync(ExternalProcess.Deadline);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(Archive.Authority);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol, CertificateChainPolicy = policy }).WaitAsync(ExternalProcess.Deadline);
        return new Browser(socket, stream);
    }

    /// <summary>Sends it and reads it back.</summary>
    public async Task AssertEchoedAsync(byte[] data)
    {
        Task writing = Stream.WriteAsync(data).AsTask();
        byte[] back = new byte[data.Length];
        await Stream.ReadExactlyAsync(back).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing.WaitAsync(ExternalProcess.Deadline);
        Payload.AssertSame(back, data);
    }

    /// <summary>FIN without close_notify.</summary>
    public void CutOff() => _socket.Shutdown(SocketShutdown.Send);

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
