using System.Net;
using OpenSslNb;

// A loop is one thread and one poller, for any number of connections.
using var loop = new EventLoop();
using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));

using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
using TlsListener listener = TlsListener.Start(loop, new IPEndPoint(IPAddress.Loopback, 0), server, _ => new Echo());

// Chain and name are verified; without Trust, against the system's store.
var trust = TlsTrust.FromPem(certificate.ExportCertificatePem());
using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = trust });
await using TlsStream stream = await TlsStream.ConnectAsync(loop, "localhost", listener.EndPoint.Port, client);
await stream.WriteAsync("never blocked\n"u8.ToArray());
stream.CloseWrite(); // half-close: the answer still comes
Console.Write(await new StreamReader(stream).ReadToEndAsync());

internal sealed class Echo : TlsConnectionHandler
{
    // On the loop's thread; the span is valid during the call only.
    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (connection.TrySend(data) == SendResult.Full) connection.Abort(); // or pause reading until OnLowWater
    }
}
