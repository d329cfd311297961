using System.Net;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Kernel TLS is asked for, and found out about. Where the kernel has no <c>tls</c> module this shows the fallback, elsewhere the fast path: either way every byte arrives.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class KernelTlsTests(World world)
{
    // Upper-layer protocols that sockets can be given.
    private const string Protocols = "/proc/sys/net/ipv4/tcp_available_ulp";

    private static readonly byte[] s_data = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3))];

    private static bool KernelHasTls => File.Exists(Protocols) && File.ReadAllText(Protocols).Split().Contains("tls");

    [Test]
    public async Task Asking_for_kernel_TLS_changes_nothing_that_is_sent()
    {
        using var bench = new Bench(world);
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = bench.Certificate, MinimumProtocol = world.Protocol, MaximumProtocol = world.Protocol, KernelTls = true });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(bench.Certificate.ExportCertificatePem()), MinimumProtocol = world.Protocol, MaximumProtocol = world.Protocol, KernelTls = true });
        using TlsListener listener = TlsListener.Start(bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), server, _ => new EchoHandler(), new TlsListenerOptions { Connection = bench.Connection });
        var handler = new RecordingHandler();
        TlsConnection connection = await TlsConnector.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, handler, new TlsConnectOptions { Connection = bench.Connection }).WaitAsync(Bench.Deadline);
        connection.Send(s_data);
        await Eventually.BecomesTrue(() => handler.ReceivedLength == s_data.Length, "the echo");
        Assert.That(handler.Received, Is.EqualTo(s_data));

        // Our own BIO never hands its socket to the kernel; OpenSSL's does where the kernel can.
        if (world.Transport != TransportKind.SocketFd || !KernelHasTls) Assert.That(connection.Info!.KernelTls, Is.EqualTo(KernelTlsDirections.None));
    }

    [Test]
    public async Task Nobody_gets_kernel_TLS_without_asking()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        TlsConnection connection = await bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(connection.Info!.KernelTls, Is.EqualTo(KernelTlsDirections.None));
    }
}
