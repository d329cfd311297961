using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Raw public keys (RFC 7250) with the programs of OpenSSL and GnuTLS.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class RawPublicKeyPeerTests(World world) : FeatureFixture(world)
{
    private static readonly TlsCertificateType[] s_raw = [TlsCertificateType.RawPublicKey];

    private readonly RawKeyPair _ours = RawKeyPair.Create();
    private readonly RawKeyPair _theirs = RawKeyPair.Create();

    [SetUp]
    public void Needs_raw_public_keys() => RawKeyPeer.Require();

    [Test]
    public async Task S_client_takes_our_key_and_shows_its_own()
    {
        string program = RawKeyPeer.OpenSsl();
        FeatureServer server = Serve(_theirs);
        await using ExternalProcess client = SClient(program, server.Port);
        TlsConnectionInfo info = (await server.OpenedAsync()).Info!;
        AssertKey(info, _theirs);
        Assert.That(info.OwnCertificateType, Is.EqualTo(TlsCertificateType.RawPublicKey));
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("hello\n");
    }

    [Test]
    public async Task S_client_with_another_key_is_refused()
    {
        string program = RawKeyPeer.OpenSsl();
        FeatureServer server = Serve(_ours);
        await using ExternalProcess client = SClient(program, server.Port);
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, 46)), outcome.ToString());
        await client.Error.WaitForTextAsync("certificate unknown");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task S_server_is_known_by_its_key_and_knows_ours(bool isExpected)
    {
        string program = RawKeyPeer.OpenSsl();
        (string certificate, string key) = Features.WritePair("server", Features.Issued);
        using TlsCertificate theirs = Features.Issued.Load();
        await using ServerProgram server = await ServerProgram.StartAsync(
            ExternalProcess.StartLineBuffered(program, "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-enable_server_rpk", "-enable_client_rpk", "-verify", "1", "-naccept", "1", World.Version("-tls1_2", "-tls1_3")),
            "ACCEPT 127.0.0.1:");
        TlsContext client = Client(isExpected ? theirs.PublicKey : _ours.Public);
        if (!isExpected)
        {
            CloseOutcome outcome = await Features.RefusalAsync(server, client);
            Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, 46)), outcome.ToString());
            return;
        }

        await using TlsStream stream = await Features.ConnectAsync(server, client);
        Assert.That(stream.Connection.Info!.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(theirs.PublicKey.SubjectPublicKeyInfo.ToArray()));
        await stream.WriteAsync("here\n"u8.ToArray());
        await server.Process.Output.WaitForTextAsync("here\n");
    }

    [Test]
    public async Task Gnutls_cli_takes_our_key_and_shows_its_own()
    {
        FeatureServer server = Serve(_theirs);
        await using ExternalProcess client = GnutlsCli(server.Port);
        AssertKey((await server.OpenedAsync()).Info!, _theirs);
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("hello\n");
    }

    [Test]
    public async Task Gnutls_cli_with_another_key_is_refused()
    {
        FeatureServer server = Serve(_ours);
        await using ExternalProcess client = GnutlsCli(server.Port);
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, 46)), outcome.ToString());
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Gnutls_serv_is_known_by_its_key(bool isExpected)
    {
        await using ServerProgram server = await GnutlsPeers.BareServerAsync(
            $"--rawpkkeyfile={Features.Write("their.key", _theirs.KeyPem)}", $"--rawpkfile={Features.Write("their.pub", _theirs.PublicPem)}", GnutlsPeers.Priority(World, ":-CTYPE-ALL:+CTYPE-SRV-RAWPK:+CTYPE-CLI-RAWPK"), "--disable-client-cert");
        TlsContext client = Client(isExpected ? _theirs.Public : _ours.Public);
        if (!isExpected)
        {
            CloseOutcome outcome = await Features.RefusalAsync(server, client);
            Assert.That((outcome.Reason, outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, 46)), outcome.ToString());
            return;
        }

        await using TlsStream stream = await Features.ConnectAsync(server, client);
        AssertKey(stream.Connection.Info!, _theirs);
        await FeatureBench.AssertEchoesAsync(stream, "hello");
    }

    private static void AssertKey(TlsConnectionInfo info, RawKeyPair expected)
    {
        Assert.That(info.PeerCertificateType, Is.EqualTo(TlsCertificateType.RawPublicKey));
        Assert.That(info.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(expected.Public.SubjectPublicKeyInfo.ToArray()));
    }

    private FeatureServer Serve(RawKeyPair expected) => Features.Serve(options => options with
    {
        Certificate = Features.Keep(_ours.Load()),
        OwnCertificateTypes = s_raw,
        PeerCertificateTypes = s_raw,
        TrustedPeerKeys = [expected.Public],
    });

    private TlsContext Client(TlsPublicKey expected) => Features.Client(options => options with
    {
        Certificate = Features.Keep(_ours.Load()),
        OwnCertificateTypes = s_raw,
        PeerCertificateTypes = s_raw,
        TrustedPeerKeys = [expected],
    });

    private ExternalProcess SClient(string program, int port) => ExternalProcess.Start(
        program, "openssl", "s_client", "-connect", $"127.0.0.1:{port}", "-enable_server_rpk", "-enable_client_rpk", "-cert", Features.Write("their.pem", _theirs.CertificatePem), "-key", Features.Write("their.key", _theirs.KeyPem), "-brief", World.Version("-tls1_2", "-tls1_3"));

    private ExternalProcess GnutlsCli(int port) => ExternalProcess.StartLineBuffered(
        "gnutls-cli",
        GnutlsPeers.Package,
        $"--rawpkkeyfile={Features.Write("their.key", _theirs.KeyPem)}",
        $"--rawpkfile={Features.Write("their.pub", _theirs.PublicPem)}",
        GnutlsPeers.Priority(World, ":-CTYPE-ALL:+CTYPE-SRV-RAWPK:+CTYPE-CLI-RAWPK"),
        "--no-ca-verification",
        $"--port={port}",
        "localhost");

    /// <summary>A key as programs take it, with a certificate for those that want one to take the key from.</summary>
    private sealed record RawKeyPair(byte[] KeyPem, byte[] PublicPem, byte[] CertificatePem)
    {
        public TlsPublicKey Public => TlsPublicKey.FromPem(PublicPem);

        public static RawKeyPair Create()
        {
            // First: .NET itself loads the system's otherwise, which may have the same soname.
            Interop.OpenSslLibrary.EnsureLoaded();
            IssuedCertificate pair = FeatureBench.SelfSigned();
            using var key = ECDsa.Create();
            key.ImportFromPem(Encoding.ASCII.GetString(pair.KeyPem));
            return new RawKeyPair(pair.KeyPem, Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"), pair.CertificatePem);
        }

        public TlsCertificate Load() => TlsCertificate.FromPrivateKeyPem(KeyPem);
    }
}
