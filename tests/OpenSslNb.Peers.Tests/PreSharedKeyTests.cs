using System.Security.Cryptography;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Pre-shared keys between us and programs that we did not write.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class PreSharedKeyTests(World world)
{
    private readonly TlsPreSharedKey _key = new("sensor 7", RandomNumberGenerator.GetBytes(32));

    private string Hexadecimal => Convert.ToHexString(_key.Key);

    [Test]
    public async Task S_client_is_known_by_its_key()
    {
        using var bench = new Bench(world);
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { FindPreSharedKey = identity => identity == _key.Identity ? _key : null });
        TlsConnection? accepted = null;
        using TlsListener listener = TlsListener.Start(bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), context, connection =>
        {
            accepted = connection;
            return new EchoHandler();
        }, new TlsListenerOptions { Connection = bench.Connection });
        await using var client = ExternalProcess.Start("openssl", "openssl", "s_client", "-quiet", "-connect", $"127.0.0.1:{listener.EndPoint.Port}", "-psk", Hexadecimal, "-psk_identity", _key.Identity, world.Version("-tls1_2", "-tls1_3"));
        await client.WriteAsync("hello\n"u8.ToArray());
        _ = await client.Output.WaitForBytesAsync(6);
        Assert.That(accepted!.Info!.PreSharedKeyIdentity, Is.EqualTo(_key.Identity));
        Assert.That(accepted.Info.Protocol, Is.EqualTo(world.Protocol));
    }

    [Test]
    public async Task S_server_is_known_by_its_key()
    {
        using var bench = new Bench(world);
        await using var process = ExternalProcess.StartLineBuffered("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-nocert", "-psk", Hexadecimal, "-psk_identity", _key.Identity, "-www", world.Version("-tls1_2", "-tls1_3"));
        ServerProgram server = await ServerProgram.StartAsync(process, "ACCEPT 127.0.0.1:");
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { PreSharedKey = _key });
        await using TlsStream stream = await TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", server.Port, client, new TlsConnectOptions { Connection = bench.Connection }).WaitAsync(Bench.Deadline);
        await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        string page = await new StreamReader(stream).ReadToEndAsync().WaitAsync(Bench.Deadline);
        Assert.That(page, Does.Contain("Cipher"));
        Assert.That(stream.Connection.Info!.PreSharedKeyIdentity, Is.EqualTo(_key.Identity));
        Assert.That(stream.Connection.Info.PeerSubject, Is.Null);
    }
}
