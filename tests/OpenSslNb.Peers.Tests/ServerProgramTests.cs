using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Our client with servers that others wrote: a megabyte there and back, every byte compared.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ServerProgramTests(World world)
{
    [Test]
    public async Task S_server_gets_a_megabyte_and_sends_another_one_at_the_same_time()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        await using ServerProgram server = await SServer.StartAsync(world, files);
        await using TlsStream client = await server.ConnectAsync(bench);
        await SServer.AssertRelaysAsync(server, client, Payload.Lines(31, Payload.Megabyte), Payload.Lines(32, Payload.Megabyte));
    }

    [Test]
    public async Task Gnutls_serv_echoes_a_megabyte()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        string priority = "NORMAL:-VERS-ALL:" + world.Version("+VERS-TLS1.2", "+VERS-TLS1.3");
        await using ServerProgram server = await ServerProgram.StartAsync(
            port => ExternalProcess.Start("gnutls-serv", "gnutls-bin", "--echo", "--port", $"{port}", "--x509certfile", files.Certificate, "--x509keyfile", files.Key, "--priority", priority),
            "...done\n");
        await AssertEchoesAsync(server, bench, Payload.Lines(33, Payload.Megabyte));
    }

    [Test]
    public async Task Pythons_ssl_module_echoes_a_megabyte()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        var process = ExternalProcess.Start("python3", "python3", Scripts.PathOf("echo_server.py"), files.Certificate, files.Key, world.Version("TLSv1_2", "TLSv1_3"));
        await using ServerProgram server = await ServerProgram.StartAsync(process, "listening on ");
        await AssertEchoesAsync(server, bench, Payload.Bytes(34, Payload.Megabyte));
    }

    [Test]
    public async Task Node_echoes_a_megabyte_and_the_rest_behind_our_half_close()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        var process = ExternalProcess.Start("node", "nodejs", Scripts.PathOf("echo_server.js"), files.Certificate, files.Key, world.Version("TLSv1.2", "TLSv1.3"));
        await using ServerProgram server = await ServerProgram.StartAsync(process, "listening on ");
        await using TlsStream client = await server.ConnectAsync(bench);
        byte[] sent = Payload.Bytes(35, Payload.Megabyte);
        await client.WriteAsync(sent);
        client.CloseWrite();
        using var received = new MemoryStream();
        await client.CopyToAsync(received).WaitAsync(ExternalProcess.Deadline);
        Payload.AssertSame(received.ToArray(), sent);
    }

    private async Task AssertEchoesAsync(ServerProgram server, Bench bench, byte[] sent)
    {
        await using TlsStream client = await server.ConnectAsync(bench);
        Assert.That(client.Connection.Info!.Protocol, Is.EqualTo(world.Protocol));
        Task writing = client.WriteAsync(sent).AsTask();
        byte[] received = new byte[sent.Length];
        await client.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing;
        Payload.AssertSame(received, sent);
        client.Dispose();
        CloseOutcome outcome = await client.Connection.Closed.WaitAsync(ExternalProcess.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }
}
