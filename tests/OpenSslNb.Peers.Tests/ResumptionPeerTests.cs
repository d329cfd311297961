using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Sessions that are resumed between us and GnuTLS, Python, Node and .NET.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ResumptionPeerTests(World world) : FeatureFixture(world)
{
    [Test]
    public async Task A_script_resumes_what_we_gave_it([Values] Script script, [Values] bool store)
    {
        FeatureServer server = Serve(store);
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port);
        await client.WriteAsync("first\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received first\n");
        await client.WriteAsync("\n"u8.ToArray());
        await client.Output.WaitForTextAsync("reused yes\n");
        await client.WriteAsync("second\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received second\n");
        await AssertResumedAsync(server);
    }

    [Test]
    public async Task Gnutls_cli_resumes_what_we_gave_it([Values] bool store)
    {
        FeatureServer server = Serve(store);
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--resume", "--waitresumption");
        await client.Output.WaitForTextAsync("This is a resumed session");
        await client.WriteAsync("second\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nsecond\n");
        await AssertResumedAsync(server);
    }

    [Test]
    public async Task An_ssl_stream_resumes_what_we_gave_it()
    {
        FeatureServer server = Serve(store: false);
        var options = new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = GoodClient.ProtocolOf(World), RemoteCertificateValidationCallback = (_, _, _, _) => true };
        for (int i = 0; i < 2; i++)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, server.Port);
            await using var stream = new SslStream(tcp.GetStream());
            await stream.AuthenticateAsClientAsync(options).WaitAsync(ExternalProcess.Deadline);
            byte[] sent = Encoding.ASCII.GetBytes($"connection {i}");
            byte[] received = new byte[sent.Length];
            await stream.WriteAsync(sent);
            await stream.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
            Payload.AssertSame(received, sent);
            await stream.ShutdownAsync();
            Assert.That(await stream.ReadAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline), Is.Zero);
        }

        await AssertResumedAsync(server);
    }

    [Test]
    public async Task We_resume_what_a_script_gave_us([Values] Script script)
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features);
        await AssertResumesAsync(server.Port);
        await server.Process.Output.WaitForTextAsync("reused yes\n");
    }

    [Test]
    public async Task We_resume_what_gnutls_serv_gave_us()
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features);
        await AssertResumesAsync(server.Port);
        await server.Process.Output.WaitForTextAsync("This is a resumed session");
    }

    [Test]
    public async Task We_resume_what_an_ssl_stream_gave_us()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = EchoTwiceAsync(listener);
        await AssertResumesAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        await serving.WaitAsync(ExternalProcess.Deadline);
    }

    private async Task EchoTwiceAsync(TcpListener listener)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Features.Issued.CertificatePem), Encoding.ASCII.GetString(Features.Issued.KeyPem));

        // .NET keeps the keys of its tickets with this.
        var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        for (int i = 0; i < 2; i++)
        {
            using TcpClient accepted = await listener.AcceptTcpClientAsync();
            await using var stream = new SslStream(accepted.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context, EnabledSslProtocols = GoodClient.ProtocolOf(World) });
            await stream.CopyToAsync(stream);
            await stream.ShutdownAsync();
        }
    }

    private async Task AssertResumesAsync(int port)
    {
        TlsContext client = Features.Client(options => options with { SessionCacheSize = 10 });
        bool[] resumed = new bool[2];
        for (int i = 0; i < resumed.Length; i++)
        {
            await using TlsStream stream = await TlsStream.ConnectAsync(Features.Bench.Loop, "localhost", port, client, new TlsConnectOptions { Connection = Features.Bench.Connection }).WaitAsync(ExternalProcess.Deadline);
            await FeatureBench.AssertEchoesAsync(stream, $"connection {i}");
            resumed[i] = stream.Connection.Info!.IsResumed;
            CloseOutcome outcome = await FeatureBench.CloseAsync(stream);
            Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
            Assert.That(client.SessionCount, Is.Positive, "the ticket came before the echo, or with it");
        }

        Assert.That(resumed, Is.EqualTo(new[] { false, true }));
    }

    private static async Task AssertResumedAsync(FeatureServer server)
    {
        Assert.That((await server.OpenedAsync(0)).Info!.IsResumed, Is.False);
        Assert.That((await server.OpenedAsync(1)).Info!.IsResumed, Is.True);
    }

    private FeatureServer Serve(bool store) => Features.Serve(options => options with { SessionStore = store ? new MemorySessionStore(100) : null });
}
