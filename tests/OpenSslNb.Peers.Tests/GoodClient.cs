using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>A client of .NET's own, which does what clients should do; and its socket, for what they should not.</summary>
internal sealed class GoodClient : IDisposable
{
    private GoodClient(Socket socket, SslStream stream)
    {
        Socket = socket;
        Stream = stream;
    }

    public Socket Socket { get; }

    public SslStream Stream { get; }

    public static Task<GoodClient> ConnectAsync(ServerUnderTest server) => ConnectAsync(server.Port, server.Bench);

    /// <summary>Connects to a port of this machine, through which the bench's server is reached.</summary>
    public static async Task<GoodClient> ConnectAsync(int port, Bench bench)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(ExternalProcess.Deadline);
            using X509Certificate2 trusted = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(bench.Certificate.ExportCertificatePem()));
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate!.GetRawCertData().AsSpan().SequenceEqual(trusted.RawData));
            await stream.AuthenticateAsClientAsync("localhost", null, ProtocolOf(bench.World), checkCertificateRevocation: false).WaitAsync(ExternalProcess.Deadline);
            return new GoodClient(socket, stream);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    public static SslProtocols ProtocolOf(World world) => world.Protocol == TlsProtocol.Tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13;

    /// <summary>Sends, and at the same time reads as much as is sent.</summary>
    public async Task<byte[]> ExchangeAsync(byte[] data)
    {
        Task writing = Stream.WriteAsync(data).AsTask();
        byte[] received = new byte[data.Length];
        await Stream.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing.WaitAsync(ExternalProcess.Deadline);
        return received;
    }

    /// <summary>Sends close_notify and reads the server's.</summary>
    public async Task CloseAsync()
    {
        await Stream.ShutdownAsync().WaitAsync(ExternalProcess.Deadline);
        int count = await Stream.ReadAsync(new byte[1]).AsTask().WaitAsync(ExternalProcess.Deadline);
        if (count != 0) throw new InvalidDataException("data came where the end was due");
    }

    public void Dispose() => Stream.Dispose();
}
