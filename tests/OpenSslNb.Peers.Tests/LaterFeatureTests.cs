using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Stapled status, early data and certificates that are asked for later, between us and <c>openssl</c>.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class LaterFeatureTests(World world)
{
    private readonly TestAuthority _root = new();
    private Bench _bench = null!;
    private TemporaryFolder _folder = null!;
    private IssuedCertificate _issued = null!;

    [OneTimeTearDown]
    public void EndAll() => _root.Dispose();

    [SetUp]
    public void Begin()
    {
        _bench = new Bench(world);
        _folder = new TemporaryFolder();
        _issued = _root.Issue(["localhost", "127.0.0.1"]);
    }

    [TearDown]
    public void End()
    {
        _bench.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task S_client_gets_the_status_that_openssl_ocsp_has_signed()
    {
        using TlsCertificate certificate = _issued.Load(_root.Pem);
        certificate.SetOcspResponse(await AnswerOfOpenSslAsync(revoked: false));
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { Certificate = certificate });
        using TlsListener listener = Listen(server, new EchoHandler());
        await using ExternalProcess client = SClient(listener.EndPoint.Port, "-status", "-CAfile", _folder.Write("root.pem", _root.Pem));
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("OCSP Response Status: successful");
        await client.Output.WaitForTextAsync("Cert Status: good");
    }

    [TestCase("good", null)]
    [TestCase("revoked", "the certificate is revoked")]
    [TestCase("old", "it is not of the present time")]
    [TestCase("another", "it is not about this certificate")]
    [TestCase("forged", "its signature is not that of the certificate's authority")]
    [TestCase("garbage", "it is no OCSP response")]
    public async Task Our_client_judges_what_s_server_staples(string kind, string? fault)
    {
        using var stranger = new TestAuthority("stranger");
        OcspAnswer answer = _root.Answer(_issued);
        byte[] response = kind switch
        {
            "revoked" => (answer with { Status = 1 }).Encode(),
            "old" => (answer with { ThisUpdate = DateTimeOffset.UtcNow.AddDays(-3), NextUpdate = DateTimeOffset.UtcNow.AddDays(-2) }).Encode(),
            "another" => _root.Answer(_root.Issue(["other"])).Encode(),
            "forged" => (answer with { Key = stranger.Answer(_issued).Key }).Encode(),
            _ => answer.Encode(),
        };

        // s_server itself parses what it staples: garbage inside a response that it can read.
        if (kind == "garbage") response = [0x30, 3, 0x0A, 1, 6];
        await using ExternalProcess process = SServer("-status_file", _folder.Write("status.der", response));
        ServerProgram server = await ServerProgram.StartAsync(process, "ACCEPT 127.0.0.1:");
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { Trust = _root.Trust, Stapling = StaplePolicy.Require });
        if (fault is null)
        {
            using TlsConnection connection = await ConnectAsync(server.Port, client, new RecordingHandler());
            Assert.That(connection.Info!.PeerSubject, Is.Not.Null);
            return;
        }

        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => ConnectAsync(server.Port, client, new RecordingHandler())))!;
        Assert.That((refusal.Outcome.Reason, refusal.Outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, 113)));
        Assert.That(refusal.Outcome.Exception!.Message, Does.Contain(kind == "garbage" ? "the responder answered with status 6" : fault));
    }

    [Test]
    public async Task S_client_sends_early_data_and_gets_its_answer()
    {
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { MaximumEarlyData = 4096 });
        var handler = new EarlyEcho();
        using TlsListener listener = Listen(server, handler);
        string session = _folder.Path("session.pem");
        await using (ExternalProcess first = SClient(listener.EndPoint.Port, "-sess_out", session))
        {
            await first.WriteAsync("one\n"u8.ToArray());
            await first.Output.WaitForTextAsync("one");
            first.CloseInput();
            _ = await first.ExitAsync();
        }

        await using ExternalProcess second = SClient(listener.EndPoint.Port, "-sess_in", session, "-early_data", _folder.Write("early.txt", "early two\n"u8.ToArray()));
        if (world.Protocol == TlsProtocol.Tls12)
        {
            // There is no such thing, and s_client says so by sending none.
            await second.WriteAsync("late\n"u8.ToArray());
            await second.Output.WaitForTextAsync("late");
            Assert.That(handler.Early, Is.Empty);
            return;
        }

        await second.Output.WaitForTextAsync("early two");
        Assert.That(handler.Early, Is.EqualTo("early two\n"));
        await second.Output.WaitForTextAsync("Early data was accepted");
    }

    [Test]
    public async Task S_server_takes_our_early_data()
    {
        await using ExternalProcess process = SServer("-early_data");
        ServerProgram server = await ServerProgram.StartAsync(process, "ACCEPT 127.0.0.1:");
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { Trust = _root.Trust, SessionCacheSize = 10 });
        using (TlsConnection first = await ConnectAsync(server.Port, client, new RecordingHandler()))
        {
            first.Send("first\n"u8);
            await process.Output.WaitForTextAsync("first");
            await Eventually.BecomesTrue(() => client.SessionCount > 0, "the ticket comes");
            first.Close();
            _ = await first.Closed.WaitAsync(Bench.Deadline);
        }

        using TlsConnection second = await ConnectAsync(server.Port, client, new RecordingHandler(), "early bird\n"u8.ToArray());
        await process.Output.WaitForTextAsync("early bird");
        Assert.That(second.Info!.EarlyData, Is.EqualTo(world.Protocol == TlsProtocol.Tls13 ? TlsEarlyData.Accepted : TlsEarlyData.None));
    }

    [Test]
    public async Task S_client_shows_its_certificate_when_it_is_asked_later()
    {
        TlsConnection? accepted = null;
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { ClientTrust = _root.Trust, ClientCertificateOnRequest = true });
        using TlsListener listener = TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), server, connection =>
        {
            accepted = connection;
            return new EchoHandler();
        }, new TlsListenerOptions { Connection = _bench.Connection });
        await using ExternalProcess client = SClient(listener.EndPoint.Port, "-enable_pha", "-cert", _folder.Write("client.pem", _issued.CertificatePem), "-key", _folder.Write("client.key", _issued.KeyPem));
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("hello");
        if (world.Protocol == TlsProtocol.Tls13)
        {
            Assert.That(accepted!.Info!.PeerCertificates, Is.Empty);
            Assert.That(await accepted.RequestCertificateAsync().WaitAsync(ExternalProcess.Deadline), Has.Count.EqualTo(1));
        }

        // With TLS 1.2 it was asked in its handshake.
        Assert.That(accepted!.Info!.PeerSubject, Is.EqualTo("/CN=issued"));
        await client.WriteAsync("again\n"u8.ToArray());
        await client.Output.WaitForTextAsync("again");
    }

    private ExternalProcess SClient(int port, params string[] more) =>
        ExternalProcess.StartLineBuffered("openssl", "openssl", ["s_client", "-connect", $"127.0.0.1:{port}", "-servername", "localhost", world.Version("-tls1_2", "-tls1_3"), .. more]);

    private ExternalProcess SServer(params string[] more) =>
        ExternalProcess.StartLineBuffered("openssl", "openssl", ["s_server", "-accept", "127.0.0.1:0", "-cert", _folder.Write("server.pem", _issued.CertificatePem), "-key", _folder.Write("server.key", _issued.KeyPem), world.Version("-tls1_2", "-tls1_3"), .. more]);

    private TlsListener Listen(TlsContext context, TlsConnectionHandler handler) =>
        TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), context, _ => handler, new TlsListenerOptions { Connection = _bench.Connection });

    private Task<TlsConnection> ConnectAsync(int port, TlsContext client, TlsConnectionHandler handler, byte[]? early = null) =>
        TlsConnector.ConnectAsync(_bench.Loop, "127.0.0.1", port, client, handler, new TlsConnectOptions { Connection = _bench.Connection, EarlyData = early, ResendEarlyData = early is not null }).WaitAsync(ExternalProcess.Deadline);

    private async Task<byte[]> AnswerOfOpenSslAsync(bool revoked)
    {
        string certificate = _folder.Write("issued.pem", _issued.CertificatePem);
        string root = _folder.Write("root.pem", _root.Pem);
        using var parsed = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(_issued.CertificatePem));
        string index = _folder.Write("index.txt", System.Text.Encoding.ASCII.GetBytes($"{(revoked ? 'R' : 'V')}\t491231235959Z\t{(revoked ? "250101000000Z" : "")}\t{parsed.SerialNumber}\tunknown\t/CN=issued\n"));
        string response = _folder.Path("response.der");
        await using var program = ExternalProcess.Start("openssl", "openssl", "ocsp", "-index", index, "-CA", root, "-rsigner", root, "-rkey", _folder.Write("root.key", _root.KeyPem), "-issuer", root, "-cert", certificate, "-ndays", "1", "-respout", response, "-noverify");
        await program.ExitWellAsync();
        return await File.ReadAllBytesAsync(response);
    }

    private sealed class EarlyEcho : TlsConnectionHandler
    {
        private readonly MemoryStream _early = new();

        public string Early => System.Text.Encoding.ASCII.GetString(_early.ToArray());

        public override bool OnEarlyData(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            _early.Write(data);
            connection.Send(data);
            return true;
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Send(data);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-");

        public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

        public string Write(string name, byte[] content)
        {
            File.WriteAllBytes(Path(name), content);
            return Path(name);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
