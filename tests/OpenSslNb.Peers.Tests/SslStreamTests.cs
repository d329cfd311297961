using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>.NET's own TLS stream on the other side, in every world.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class SslStreamTests(World world)
{
    [Test]
    public async Task An_ssl_stream_client_gets_its_megabyte_back()
    {
        using var server = new ServerUnderTest(world);
        using GoodClient client = await GoodClient.ConnectAsync(server);
        byte[] sent = Payload.Bytes(41, Payload.Megabyte);
        Payload.AssertSame(await client.ExchangeAsync(sent), sent);
        await client.CloseAsync();
        client.Dispose();
        CloseOutcome outcome = await server.OutcomeAsync(0);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }

    [Test]
    public async Task An_ssl_stream_server_echoes_our_megabyte()
    {
        using var bench = new Bench(world);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = EchoOnceAsync(listener, bench);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using TlsStream client = await TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", port, bench.Client, new TlsConnectOptions { Connection = bench.Connection });
        byte[] sent = Payload.Bytes(42, Payload.Megabyte);
        Task writing = client.WriteAsync(sent).AsTask();
        byte[] received = new byte[sent.Length];
        await client.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing;
        Payload.AssertSame(received, sent);
        client.Dispose();
        await serving.WaitAsync(ExternalProcess.Deadline);
        CloseOutcome outcome = await client.Connection.Closed.WaitAsync(ExternalProcess.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }

    [Test]
    public async Task A_peer_that_reads_is_also_read_while_the_server_sends_without_end()
    {
        byte[] pattern = Payload.Bytes(43, Payload.Megabyte);
        var handler = new PushHandler(pattern);
        using var server = new ServerUnderTest(world, allowRenegotiation: true, handler: () => handler, connection: new TlsConnectionOptions { OutboundLimit = 64 * 1024 });
        using GoodClient client = await GoodClient.ConnectAsync(server);
        byte[] sent = Payload.Bytes(44, Payload.Megabyte);
        Task writing = client.Stream.WriteAsync(sent).AsTask();
        Task<long> reading = CheckPatternAsync(client.Stream, pattern);
        await Eventually.BecomesTrue(() => handler.ReceivedLength >= sent.Length, "the peer's data arrives");
        long pushed = await handler.StopPushingAsync();
        await writing;
        Payload.AssertSame(handler.Received, sent);
        (await server.AcceptedAsync(0)).Close();
        Assert.That(await reading.WaitAsync(ExternalProcess.Deadline), Is.EqualTo(pushed));
    }

    // Reads to the end; what comes is the pattern again and again. It may be gigabytes, so nothing is kept.
    private static async Task<long> CheckPatternAsync(Stream stream, byte[] pattern)
    {
        byte[] buffer = new byte[64 * 1024];
        long position = 0;
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            for (int done = 0; done < count;)
            {
                ReadOnlySpan<byte> expected = pattern.AsSpan((int)(position % pattern.Length));
                int piece = Math.Min(expected.Length, count - done);
                Payload.AssertSame(buffer.AsSpan(done, piece), expected[..piece]);
                position += piece;
                done += piece;
            }
        }

        return position;
    }

    private static async Task EchoOnceAsync(TcpListener listener, Bench bench)
    {
        using TcpClient accepted = await listener.AcceptTcpClientAsync();
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(
            Encoding.ASCII.GetString(bench.Certificate.ExportCertificatePem()), Encoding.ASCII.GetString(bench.Certificate.ExportPrivateKeyPem()));
        await using var stream = new SslStream(accepted.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = GoodClient.ProtocolOf(bench.World) });
        await stream.CopyToAsync(stream);
        await stream.ShutdownAsync();
    }
}
