using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Certificates that are asked for after the handshake (RFC 8446 §4.6.2) between us and Python and GnuTLS.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithProgramsTls13))]
public sealed class PostHandshakePeerTests(World world) : FeatureFixture(world)
{
    [Test]
    public async Task Python_shows_us_its_certificate_when_it_is_asked_later()
    {
        IssuedCertificate pair = Features.Root.Issue(["client"]);
        FeatureServer server = Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Python, Features, server.Port, With(pair));
        await AssertShowsAsync(server, client, "received ", pair);
    }

    [Test]
    public async Task Gnutls_cli_shows_us_its_certificate_when_it_is_asked_later()
    {
        IssuedCertificate pair = Features.Root.Issue(["client"]);
        (string certificate, string key) = Features.WritePair("client", pair);
        FeatureServer server = Serve();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--post-handshake-auth", $"--x509certfile={certificate}", $"--x509keyfile={key}");
        await AssertShowsAsync(server, client, "\n", pair);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Python_that_has_none_may_stay_where_it_is_optional(bool optional)
    {
        FeatureServer server = Serve(optional);
        await using ExternalProcess client = ScriptPeers.Client(Script.Python, Features, server.Port, new ScriptSettings { PostHandshake = true });
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        TlsConnection connection = await server.OpenedAsync();
        Task<IReadOnlyList<ReadOnlyMemory<byte>>> asking = connection.RequestCertificateAsync();
        if (optional)
        {
            Assert.That(await asking.WaitAsync(ExternalProcess.Deadline), Is.Empty);
            await client.WriteAsync("again\n"u8.ToArray());
            await client.Output.WaitForTextAsync("received again\n");
            return;
        }

        await AssertRefusedAsync(server, client, asking, CloseReason.ProtocolError, 116, "certificate required");
    }

    [Test]
    public async Task Python_that_shows_one_of_an_authority_that_we_do_not_know_is_told_so()
    {
        using var stranger = new TestAuthority("stranger");
        FeatureServer server = Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Python, Features, server.Port, With(stranger.Issue(["client"])));
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        TlsConnection connection = await server.OpenedAsync();
        await AssertRefusedAsync(server, client, connection.RequestCertificateAsync(), CloseReason.VerificationFailed, 48, "unknown ca");
    }

    [Test]
    public async Task Python_that_does_not_allow_it_cannot_be_asked()
    {
        FeatureServer server = Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Python, Features, server.Port);
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received hello\n");
        TlsConnection connection = await server.OpenedAsync();
        Assert.That(async () => await connection.RequestCertificateAsync().WaitAsync(ExternalProcess.Deadline), Throws.InvalidOperationException);
        await client.WriteAsync("again\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received again\n");
    }

    [Test]
    public async Task We_show_python_our_certificate_when_it_asks_later()
    {
        await using ServerProgram server = await PythonServerAsync();
        TlsCertificate certificate = Features.Keep(Features.Root.Issue(["client"]).Load());
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client(options => options with { Certificate = certificate, AllowPostHandshakeAuthentication = true }));
        await server.Process.Output.WaitForTextAsync("client none\nopened TLSv1.3\n");
        await FeatureBench.AssertEchoesAsync(stream, "prove");
        await FeatureBench.AssertEchoesAsync(stream, "and now");
        await server.Process.Output.WaitForTextAsync("client issued\n");
    }

    [Test]
    public async Task Python_cannot_ask_us_where_we_do_not_allow_it()
    {
        await using ServerProgram server = await PythonServerAsync();
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await stream.WriteAsync("prove\n"u8.ToArray());
        await server.Process.Output.WaitForTextAsync("EXTENSION_NOT_RECEIVED");
    }

    private static async Task AssertShowsAsync(FeatureServer server, ExternalProcess client, string prefix, IssuedCertificate pair)
    {
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync($"{prefix}hello\n");
        TlsConnection connection = await server.OpenedAsync();
        Assert.That(connection.Info!.PeerCertificates, Is.Empty);
        Task<IReadOnlyList<ReadOnlyMemory<byte>>> asking = connection.RequestCertificateAsync();
        await client.WriteAsync("meanwhile\n"u8.ToArray());
        IReadOnlyList<ReadOnlyMemory<byte>> shown = await asking.WaitAsync(ExternalProcess.Deadline);
        using X509Certificate2 sent = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(pair.CertificatePem));
        Payload.AssertSame(shown[0].Span, sent.RawData);
        Assert.That(connection.Info!.PeerSubject, Is.EqualTo("/CN=issued"));
        await client.Output.WaitForTextAsync($"{prefix}meanwhile\n");
        await client.WriteAsync("again\n"u8.ToArray());
        await client.Output.WaitForTextAsync($"{prefix}again\n");
    }

    private static async Task AssertRefusedAsync(FeatureServer server, ExternalProcess client, Task asking, CloseReason reason, int alert, string words)
    {
        Assert.That(async () => await asking.WaitAsync(ExternalProcess.Deadline), Throws.InstanceOf<TlsClosedException>());
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((reason, alert)), outcome.ToString());
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        Assert.That(client.Output.Tail.Replace('_', ' '), Does.Contain(words).IgnoreCase);
    }

    private Task<ServerProgram> PythonServerAsync() => ScriptPeers.ServerAsync(Script.Python, Features, new ScriptSettings { ClientCertificates = "required", PostHandshake = true });

    private FeatureServer Serve(bool optional = false) =>
        Features.Serve(options => options with { ClientTrust = Features.Root.Trust, ClientCertificateIsOptional = optional, ClientCertificateOnRequest = true });

    private ScriptSettings With(IssuedCertificate pair)
    {
        (string certificate, string key) = Features.WritePair("client", pair);
        return new ScriptSettings { Certificate = certificate, Key = key, PostHandshake = true };
    }
}
