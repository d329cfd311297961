using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Sessions between our client and a server that we did not write.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class SessionTests(World world)
{
    [Test]
    public async Task Our_client_resumes_what_s_server_gave_it()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        await using var process = ExternalProcess.StartLineBuffered(
            "openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", files.Certificate, "-key", files.Key, "-www", world.Version("-tls1_2", "-tls1_3"));
        ServerProgram server = await ServerProgram.StartAsync(process, "ACCEPT 127.0.0.1:");
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(bench.Certificate.ExportCertificatePem()), SessionCacheSize = 10, MaximumProtocol = world.Protocol });
        bool[] resumed = new bool[3];
        for (int i = 0; i < resumed.Length; i++)
        {
            await using TlsStream stream = await TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", server.Port, client, new TlsConnectOptions { Connection = bench.Connection }).WaitAsync(Bench.Deadline);
            await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
            string page = await new StreamReader(stream).ReadToEndAsync().WaitAsync(Bench.Deadline);
            resumed[i] = stream.Connection.Info!.IsResumed;
            Assert.That(page, Does.Contain(resumed[i] ? "Reused, " : "New, "), "s_server sees it alike");
        }

        Assert.That(resumed, Is.EqualTo(new[] { false, true, true }));
    }
}
