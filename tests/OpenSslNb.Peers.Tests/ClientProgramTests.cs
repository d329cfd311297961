using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Our server with clients that others wrote: a megabyte there and back, every byte compared.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ClientProgramTests(World world)
{
    [Test]
    public async Task S_client_gets_its_megabyte_back()
    {
        using var server = new ServerUnderTest(world);
        await using ExternalProcess client = SClient.Start(server);
        byte[] sent = Payload.Lines(1, Payload.Megabyte);
        Task writing = client.WriteAsync(sent);
        Payload.AssertSame(await client.Output.WaitForBytesAsync(sent.Length), sent);
        await writing;
        client.CloseInput();
        await client.ExitWellAsync();
        await AssertOrderlyAsync(server);
    }

    [Test]
    public async Task S_client_exports_the_same_keying_material()
    {
        using var server = new ServerUnderTest(world);
        await using var client = ExternalProcess.Start(
            "openssl", "openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-CAfile", server.Files.Certificate, world.Version("-tls1_2", "-tls1_3"), "-keymatexport", "EXPERIMENTAL label", "-keymatexportlen", "32");
        TlsConnection accepted = await server.AcceptedAsync(0);
        await Eventually.BecomesTrue(() => accepted.State == ConnectionState.Open, "the handshake");
        byte[] ours = await accepted.ExportKeyingMaterialAsync("EXPERIMENTAL label", 32);
        await client.Output.WaitForEndOfTextAsync($"Keying material: {Convert.ToHexString(ours)}");
    }

    [Test]
    public async Task Gnutls_cli_gets_its_megabyte_back()
    {
        using var server = new ServerUnderTest(world);
        string priority = "NORMAL:-VERS-ALL:" + world.Version("+VERS-TLS1.2", "+VERS-TLS1.3");
        await using var client = ExternalProcess.Start(
            "gnutls-cli", "gnutls-bin", $"--logfile={server.Files.PathOf("log")}", $"--x509cafile={server.Files.Certificate}", $"--priority={priority}", $"--port={server.Port}", "localhost");
        byte[] sent = Payload.Bytes(2, Payload.Megabyte);
        Task writing = client.WriteAsync(sent);
        Payload.AssertSame(await client.Output.WaitForBytesAsync(sent.Length), sent);
        await writing;
        client.CloseInput();
        await client.ExitWellAsync();
        await AssertOrderlyAsync(server);
    }

    [Test]
    public async Task Pythons_ssl_module_gets_its_megabyte_back()
    {
        using var server = new ServerUnderTest(world);
        await using var client = ExternalProcess.Start("python3", "python3", Scripts.PathOf("relay_client.py"), server.PortText, server.Files.Certificate, world.Version("TLSv1_2", "TLSv1_3"));
        await AssertRelaysAsync(client, Payload.Bytes(3, Payload.Megabyte));
        await AssertOrderlyAsync(server);
    }

    [Test]
    public async Task Node_gets_its_megabyte_back_behind_its_own_half_close()
    {
        using var server = new ServerUnderTest(world);
        await using var client = ExternalProcess.Start("node", "nodejs", Scripts.PathOf("relay_client.js"), server.PortText, server.Files.Certificate, world.Version("TLSv1.2", "TLSv1.3"));
        await AssertRelaysAsync(client, Payload.Bytes(4, Payload.Megabyte));
        await AssertOrderlyAsync(server);
    }

    [TestCase("PUT")]
    [TestCase("POST")]
    public async Task Curl_uploads_a_megabyte_and_gets_it_as_the_answer(string method)
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        var options = new TlsListenerOptions { Connection = bench.Connection };
        using TlsListener listener = TlsStream.Listen(bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), bench.Server, HttpResponder.ServeAsync, options);
        byte[] sent = Payload.Bytes(5, Payload.Megabyte);
        await File.WriteAllBytesAsync(files.PathOf("upload"), sent);
        string version = world.Version("1.2", "1.3");
        await using var client = ExternalProcess.Start(
            "curl", "curl", "--silent", "--show-error", "--fail", "--http1.1", $"--tlsv{version}", "--tls-max", version, "--cacert", files.Certificate, "--header", "Expect:",
            "--request", method, "--data-binary", $"@{files.PathOf("upload")}", $"https://127.0.0.1:{listener.EndPoint.Port}/echo");
        await client.ExitWellAsync();
        Payload.AssertSame(client.Output.ToArray(), sent);
    }

    private static async Task AssertRelaysAsync(ExternalProcess client, byte[] sent)
    {
        await client.WriteAsync(sent);
        client.CloseInput();
        await client.ExitWellAsync();
        Payload.AssertSame(client.Output.ToArray(), sent);
    }

    private async Task AssertOrderlyAsync(ServerUnderTest server)
    {
        CloseOutcome outcome = await server.OutcomeAsync(0);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
        TlsConnection connection = await server.AcceptedAsync(0);
        Assert.That(connection.Info!.Protocol, Is.EqualTo(world.Protocol));
    }
}
