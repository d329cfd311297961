using System.Net;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary>The server stops while <c>echo</c> holds bytes that found no room: they are the peer's all the same.</summary>
public sealed class EchoFinishTests
{
    private const int Limit = 1000;

    [Test]
    public async Task What_found_no_room_goes_out_before_close_notify()
    {
        using var loop = new EventLoop();
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()) });
        var tight = new TlsConnectionOptions { OutboundLimit = Limit, CiphertextLimit = 20 * 1024, SendBuffer = 4096, ReceiveBuffer = 4096 };
        var echo = new Counted(Protocols.Create("echo", Limit));
        using TlsListener listener = TlsListener.Start(loop, new IPEndPoint(IPAddress.Loopback, 0), server, _ => echo, new TlsListenerOptions { Connection = tight });
        var reader = new RecordingHandler { Opened = connection => connection.PauseReading() };
        TlsConnection connection = await TlsConnector.ConnectAsync(loop, "localhost", listener.EndPoint.Port, client, reader, new TlsConnectOptions { Connection = tight with { OutboundLimit = 1024 * 1024 } });
        connection.Send(new byte[1024 * 1024]);

        // The reader does not read: soon the queue is full, and most of a delivery has found no room.
        await Eventually.BecomesTrue(() => echo.Connection is { QueuedBytes: Limit }, "the queue is full");
        loop.Post(() => echo.Finish(echo.Connection!));
        connection.ResumeReading();
        CloseOutcome outcome = await echo.Connection!.Closed.WaitAsync(RunningProcess.Deadline);
        await connection.Closed.WaitAsync(RunningProcess.Deadline);
        Assert.That(reader.ReceivedLength, Is.EqualTo(echo.Received), outcome.ToString());
    }

    // Counts what the protocol was given while it still took anything.
    private sealed class Counted(Protocols.ProtocolHandler inner) : TlsConnectionHandler
    {
        private bool _isFinishing;

        public TlsConnection? Connection { get; private set; }

        public long Received { get; private set; }

        public void Finish(TlsConnection connection)
        {
            _isFinishing = true;
            inner.Finish(connection);
        }

        public override void OnOpened(TlsConnection connection) => Connection = connection;

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            if (!_isFinishing) Received += data.Length;
            inner.OnReceived(connection, data);
        }

        public override void OnLowWater(TlsConnection connection) => inner.OnLowWater(connection);

        public override void OnPeerClosed(TlsConnection connection) => inner.OnPeerClosed(connection);
    }
}
