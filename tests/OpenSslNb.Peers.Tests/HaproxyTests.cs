using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The PROXY protocol with the program that it comes from, on both sides.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class HaproxyTests(World world)
{
    [TestCase("send-proxy", 1)]
    [TestCase("send-proxy-v2", 2)]
    [TestCase("send-proxy-v2 proxy-v2-options crc32c,unique-id,authority", 2)]
    public async Task Behind_haproxy_our_listener_knows_the_client(string sends, int version)
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        var accepted = new System.Collections.Concurrent.ConcurrentQueue<TlsConnection>();
        var options = new TlsListenerOptions { Connection = bench.Connection, ProxyProtocol = ProxyProtocolMode.Required };
        using TlsListener listener = TlsListener.Start(bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), bench.Server, Accept, options);
        await using ServerProgram haproxy = await Haproxy.StartAsync(files, port => $"listen front\n  bind 127.0.0.1:{port}\n  unique-id-format %[uuid()]\n  server ours 127.0.0.1:{listener.EndPoint.Port} {sends}");
        byte[] sent = Payload.Bytes(11, Payload.Megabyte);
        for (int i = 0; i < 5; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(haproxy.Port);
            await using var tls = new SslStream(new NetworkStream(client.Socket));
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }).WaitAsync(ExternalProcess.Deadline);
            byte[] back = new byte[sent.Length];
            Task writing = tls.WriteAsync(sent).AsTask();
            await tls.ReadExactlyAsync(back).AsTask().WaitAsync(ExternalProcess.Deadline);
            await writing;
            Payload.AssertSame(back, sent);
            TlsConnection connection = accepted.Last(c => c.ProxyHeader is not null);
            ProxyHeader header = connection.ProxyHeader!;
            Assert.That((header.Source, (int)header.Version), Is.EqualTo(((IPEndPoint)client.Socket.LocalEndPoint!, version)));
            Assert.That(header.Destination, Is.EqualTo(client.Socket.RemoteEndPoint));
            if (sends.Contains("unique-id")) Assert.That(Encoding.ASCII.GetString(header.UniqueId!.Value.Span), Does.Match("^[0-9a-f-]{36}$"));
            Assert.That(connection.RemoteEndPoint, Is.Not.EqualTo(header.Source));
        }

        EchoHandler Accept(TlsConnection connection)
        {
            accepted.Enqueue(connection);
            return new EchoHandler();
        }
    }

    [TestCase("check send-proxy-v2", TestName = "{m}(as LOCAL)")]
    [TestCase("check send-proxy", TestName = "{m}(with addresses)")]
    public async Task Health_checks_of_haproxy_do_no_harm(string checks)
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        var headers = new System.Collections.Concurrent.ConcurrentQueue<TlsConnection>();
        var options = new TlsListenerOptions { Connection = bench.Connection, ProxyProtocol = ProxyProtocolMode.Required };
        using TlsListener listener = TlsListener.Start(
            bench.Loop,
            new IPEndPoint(IPAddress.Loopback, 0),
            bench.Server,
            connection =>
            {
                headers.Enqueue(connection);
                return new EchoHandler();
            },
            options);
        await using ServerProgram haproxy = await Haproxy.StartAsync(files, port => $"listen front\n  bind 127.0.0.1:{port}\n  option ssl-hello-chk\n  server ours 127.0.0.1:{listener.EndPoint.Port} check-send-proxy inter 100ms {checks}");
        await Eventually.BecomesTrue(() => headers.Count(c => c.ProxyHeader is not null) >= 3, "three checks");
        bool isLocal = checks.Contains("v2");
        Assert.That(headers.First(c => c.ProxyHeader is not null).ProxyHeader!.IsLocal, Is.EqualTo(isLocal));
        Assert.That(bench.Unhandled, Is.Empty);
    }

    [Test]
    public async Task In_front_of_haproxy_our_connector_says_for_whom_it_connects([Values(1, 2)] int version)
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        await File.WriteAllBytesAsync(files.PathOf("both.pem"), [.. bench.Certificate.ExportCertificatePem(), .. bench.Certificate.ExportPrivateKeyPem()]);
        await using ServerProgram haproxy = await Haproxy.StartAsync(
            files,
            port => $"frontend front\n  mode http\n  bind 127.0.0.1:{port} accept-proxy ssl crt {files.PathOf("both.pem")}\n  http-request return status 200 content-type text/plain lf-string \"from %[src]:%[src_port] to %[dst]:%[dst_port] for %[fc_pp_authority]\"");
        ProxyTlv[] tlvs = version == 2 ? [new ProxyTlv(ProxyTlv.Authority, "some.name"u8.ToArray())] : [];
        ProxyHeader header = ProxyHeader.Proxied(IPEndPoint.Parse("203.0.113.77:4242"), IPEndPoint.Parse("198.51.100.3:8443"), (ProxyProtocolVersion)version, tlvs);
        var options = new TlsConnectOptions { Connection = bench.Connection, ProxyHeader = header };
        await using TlsStream stream = await TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", haproxy.Port, bench.Client, options).WaitAsync(ExternalProcess.Deadline);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        string answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(ExternalProcess.Deadline);
        Assert.That(answer, Does.EndWith($"from 203.0.113.77:4242 to 198.51.100.3:8443 for {(version == 2 ? "some.name" : "")}"));
    }
}
