using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Keys and certificates in files that GnuTLS and OpenSSL have written: we serve with them, and a client of the other one is content.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ForeignKeyTests(World world) : FeatureFixture(world)
{
    private const string Password = "correct horse";

    /// <summary>In what form <c>openssl</c> keeps a key.</summary>
    public enum OpenSslForm
    {
        /// <summary>PKCS#8.</summary>
        Plain,

        /// <summary>SEC 1, or PKCS#1.</summary>
        Traditional,

        /// <summary>The same with <c>Proc-Type: 4,ENCRYPTED</c>.</summary>
        TraditionalEncrypted,

        /// <summary>PKCS#8 with PBKDF2.</summary>
        Encrypted,

        /// <summary>PKCS#8 with scrypt.</summary>
        Scrypt,
    }

    private string Certificate => Features.PathOf("foreign.pem");

    private string Key => Features.PathOf("foreign.key");

    [Test]
    public async Task We_serve_with_what_openssl_has_written([Values] OpenSslForm form, [Values("EC", "RSA")] string algorithm)
    {
        await WriteWithOpenSslAsync(form, algorithm);
        string? password = form >= OpenSslForm.TraditionalEncrypted ? Password : null;
        await AssertServesAsync(TlsCertificate.FromPemFiles(Certificate, Key, password), Peer.Gnutls);
    }

    [TestCase("ecdsa", false)]
    [TestCase("ecdsa", true)]
    [TestCase("rsa", false)]
    [TestCase("rsa", true)]
    [TestCase("ed25519", false)]
    [TestCase("ed25519", true)]
    public async Task We_serve_with_what_certtool_has_written(string algorithm, bool encrypted)
    {
        await WriteWithCerttoolAsync(algorithm, encrypted);
        await AssertServesAsync(TlsCertificate.FromPemFiles(Certificate, Key, encrypted ? Password : null), Peer.OpenSsl);
    }

    [Test]
    public async Task We_serve_with_DER_that_certtool_has_written([Values("ecdsa", "rsa")] string algorithm, [Values] bool encrypted)
    {
        await WriteWithCerttoolAsync(algorithm, encrypted: false);
        string certificate = Features.PathOf("foreign.cer");
        string key = Features.PathOf("foreign.p8");
        string[] how = encrypted ? ["--to-p8", $"--password={Password}", "--pkcs-cipher=aes-256", $"--load-privkey={Key}"] : ["--key-info", $"--infile={Key}"];
        await ForeignTools.CerttoolAsync("--certificate-info", $"--infile={Certificate}", "--outder", $"--outfile={certificate}");
        await ForeignTools.CerttoolAsync([.. how, "--outder", $"--outfile={key}"]);
        byte[] certificateDer = await File.ReadAllBytesAsync(certificate);
        byte[] keyDer = await File.ReadAllBytesAsync(key);
        if (encrypted) Assert.That(() => TlsCertificate.FromDer(certificateDer, keyDer, "battery staple"), Throws.TypeOf<OpenSslException>().With.Message.Contain("password"));
        await AssertServesAsync(TlsCertificate.FromDer(certificateDer, keyDer, encrypted ? Password : null), Peer.Python);
    }

    [Test]
    public async Task A_client_shows_what_certtool_has_written()
    {
        await WriteWithCerttoolAsync("rsa", encrypted: true);
        TlsCertificate certificate = Features.Keep(TlsCertificate.FromPemFiles(Certificate, Key, Password));
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, $"--x509cafile={Features.RootFile}", "--require-client-cert", "--verify-client-cert");
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client(options => options with { Certificate = certificate }));
        await Peer.Gnutls.AssertTalksAsync(server, stream);
        await server.Process.Output.WaitForTextAsync("Client Signature: RSA-");
    }

    [TestCase(OpenSslForm.TraditionalEncrypted)]
    [TestCase(OpenSslForm.Encrypted)]
    [TestCase(OpenSslForm.Scrypt)]
    public async Task Another_password_does_not_open_what_openssl_has_written(OpenSslForm form)
    {
        await WriteWithOpenSslAsync(form, "EC");
        Assert.That(() => TlsCertificate.FromPemFiles(Certificate, Key, "battery staple"), Throws.TypeOf<OpenSslException>().With.Message.Contain(Key));
        Assert.That(() => TlsCertificate.FromPemFiles(Certificate, Key), Throws.TypeOf<OpenSslException>().With.Message.Contain("password"));
    }

    [Test]
    public async Task Another_password_does_not_open_what_certtool_has_written()
    {
        await WriteWithCerttoolAsync("ecdsa", encrypted: true);
        Assert.That(() => TlsCertificate.FromPemFiles(Certificate, Key, "battery staple"), Throws.TypeOf<OpenSslException>().With.Message.Contain(Key));
        Assert.That(() => TlsCertificate.FromPemFiles(Certificate, Key), Throws.TypeOf<OpenSslException>().With.Message.Contain("password"));
    }

    [Test]
    public async Task A_key_of_another_certificate_is_not_taken()
    {
        await WriteWithCerttoolAsync("ecdsa", encrypted: false);
        string other = Features.Write("other.key", Features.Issued.KeyPem);
        Assert.That(() => TlsCertificate.FromPemFiles(Certificate, other), Throws.TypeOf<OpenSslException>().With.Message.Contain("mismatch"));
    }

    private async Task AssertServesAsync(TlsCertificate certificate, Peer peer)
    {
        _ = Features.Keep(certificate);
        FeatureServer server = Features.Serve(options => options with { Certificate = certificate });
        await using ExternalProcess client = peer.Client(Features, server.Port);
        await peer.AssertTalksAsync(client);
    }

    private async Task WriteWithOpenSslAsync(OpenSslForm form, string algorithm)
    {
        string plain = Features.PathOf("plain.key");
        string request = Features.PathOf("foreign.csr");
        await ForeignTools.OpenSslAsync(["genpkey", "-algorithm", algorithm, "-pkeyopt", algorithm == "EC" ? "ec_paramgen_curve:P-256" : "rsa_keygen_bits:2048", "-out", plain]);
        await ForeignTools.OpenSslAsync("req", "-new", "-key", plain, "-subj", "/CN=issued", "-out", request);
        await ForeignTools.OpenSslAsync(
            "x509", "-req", "-days", "1", "-in", request, "-CA", Features.RootFile, "-CAkey", Features.Write("root.key", Features.Root.KeyPem), "-CAcreateserial",
            "-extfile", Features.Write("foreign.ext", "subjectAltName=DNS:localhost\n"), "-out", Certificate);
        string[] how = form switch
        {
            OpenSslForm.Plain => ["pkey"],
            OpenSslForm.Traditional => ["pkey", "-traditional"],
            OpenSslForm.TraditionalEncrypted => ["pkey", "-traditional", "-aes256", "-passout", $"pass:{Password}"],
            OpenSslForm.Encrypted => ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", $"pass:{Password}"],
            _ => ["pkcs8", "-topk8", "-scrypt", "-passout", $"pass:{Password}"],
        };
        await ForeignTools.OpenSslAsync([.. how, "-in", plain, "-out", Key]);
        string first = (await File.ReadAllLinesAsync(Key))[0];
        Assert.That(first, Is.EqualTo(form switch
        {
            OpenSslForm.Plain => "-----BEGIN PRIVATE KEY-----",
            OpenSslForm.Encrypted or OpenSslForm.Scrypt => "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            _ => $"-----BEGIN {algorithm} PRIVATE KEY-----",
        }));
    }

    private async Task WriteWithCerttoolAsync(string algorithm, bool encrypted)
    {
        string plain = Features.PathOf("plain.key");
        string template = Features.Write("template.cfg", "cn = issued\ndns_name = localhost\nexpiration_days = 1\ntls_www_server\ntls_www_client\nsigning_key\n");
        await ForeignTools.CerttoolAsync("--generate-privkey", $"--key-type={algorithm}", algorithm == "rsa" ? "--bits=2048" : "--sec-param=high", $"--outfile={plain}");
        await ForeignTools.CerttoolAsync(
            "--generate-certificate", $"--load-privkey={plain}", $"--load-ca-certificate={Features.RootFile}", $"--load-ca-privkey={Features.Write("root.key", Features.Root.KeyPem)}",
            $"--template={template}", $"--outfile={Certificate}");
        string[] how = encrypted ? ["--to-p8", $"--password={Password}", "--pkcs-cipher=aes-256"] : ["--key-info", "--no-text"];
        await ForeignTools.CerttoolAsync([.. how, encrypted ? $"--load-privkey={plain}" : $"--infile={plain}", $"--outfile={Key}"]);
    }
}
