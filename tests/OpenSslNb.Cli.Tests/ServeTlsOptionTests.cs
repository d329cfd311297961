using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>The options of <c>serve</c> that a handshake shows.</summary>
public sealed class ServeTlsOptionTests
{
    private static readonly byte[] s_message = "never blocked"u8.ToArray();

    [TestCase("tls1.2", "tls1.2", SslProtocols.Tls12)]
    [TestCase("tls1.2", "tls1.3", SslProtocols.Tls13)]
    [TestCase("tls1.3", "tls1.3", SslProtocols.Tls13)]
    public async Task The_newest_version_within_the_bounds_is_agreed_on(string minimum, string maximum, SslProtocols agreed)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--min-protocol", minimum, "--max-protocol", maximum);
        using TestClient client = await TestClient.ConnectAsync(server.Port, SslProtocols.Tls12 | SslProtocols.Tls13);
        Assert.That(client.Tls.SslProtocol, Is.EqualTo(agreed));
    }

    [TestCase("--min-protocol", "tls1.3", SslProtocols.Tls12)]
    [TestCase("--max-protocol", "tls1.2", SslProtocols.Tls13)]
    public async Task A_version_outside_the_bounds_is_refused(string option, string bound, SslProtocols offered)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", option, bound);
        await AssertHandshakeFailsAsync(server, offered);
    }

    [Test]
    public async Task Ciphers_choose_the_cipher_of_tls_1_2()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384");
        using TestClient client = await TestClient.ConnectAsync(server.Port, SslProtocols.Tls12);
        Assert.That(client.Tls.NegotiatedCipherSuite, Is.EqualTo(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384));
        await AssertHandshakeFailsAsync(server, SslProtocols.Tls12, o => o.CipherSuitesPolicy = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]));
    }

    [Test]
    public async Task Ciphersuites_choose_the_suite_of_tls_1_3()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--ciphersuites", "TLS_CHACHA20_POLY1305_SHA256");
        using TestClient client = await TestClient.ConnectAsync(server.Port, SslProtocols.Tls13);
        Assert.That(client.Tls.NegotiatedCipherSuite, Is.EqualTo(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256));
    }

    [Test]
    public async Task Groups_choose_the_key_exchange()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--groups", "P-384");
        using RunningProcess client = StartOpensslClient(server.Port);
        await client.Output.WaitForTextAsync("Verify return code");
        Assert.That(client.Output.Text, Does.Contain("secp384r1"));
    }

    [Test]
    public async Task Openssl_s_client_gets_its_bytes_back()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess client = StartOpensslClient(server.Port, "-verify_return_error", "-quiet");
        string message = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} bottles\n"));
        await client.WriteInputAsync(message);
        await client.Output.WaitForLengthAsync(message.Length);
        Assert.That(client.Output.Text, Is.EqualTo(message));
    }

    [Test]
    public async Task Alpn_agrees_on_the_servers_first_choice_and_refuses_clients_without_any()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--alpn", "echo/2, echo/1");
        Assert.That(await AgreedAsync("echo/1", "echo/2"), Is.EqualTo("echo/2"));
        Assert.That(await AgreedAsync("other", "echo/1"), Is.EqualTo("echo/1"));
        Assert.That(await AgreedAsync(), Is.Empty, "a client that does not ask");
        await AssertHandshakeFailsAsync(server, SslProtocols.Tls13, o => o.ApplicationProtocols = [new SslApplicationProtocol("other")]);

        async Task<string> AgreedAsync(params string[] offered)
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port, configure: o => o.ApplicationProtocols = [.. offered.Select(name => new SslApplicationProtocol(name))]);
            return client.Tls.NegotiatedApplicationProtocol.ToString();
        }
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Client_ca_accepts_its_own_clients_and_refuses_strangers_and_the_nameless(SslProtocols version)
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--client-ca", Pki.AuthorityFile);
        using TestClient client = await TestClient.ConnectAsync(server.Port, version, With(Pki.Client));
        Assert.That(await client.EchoAsync(s_message), Is.EqualTo(s_message));
        await AssertHandshakeFailsAsync(server, version);
        await AssertHandshakeFailsAsync(server, version, With(Pki.Stranger));
    }

    [Test]
    public async Task Renegotiation_works_when_allowed_and_ends_nothing_else()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--allow-renegotiation");
        using RunningProcess client = StartOpensslClient(server.Port, "-tls1_2");
        await client.Output.WaitForTextAsync("Verify return code");
        await client.WriteInputAsync("before\n");
        await client.Output.WaitForTextAsync("\nbefore\n");
        await client.WriteInputAsync("R\n");
        await client.Error.WaitForTextAsync("verify return:1\ndepth=0", occurrences: 2);
        await client.WriteInputAsync("after\n");
        await client.Output.WaitForTextAsync("\nafter\n");
    }

    [Test]
    public async Task Renegotiation_is_refused_unless_allowed()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess client = StartOpensslClient(server.Port, "-tls1_2");
        await client.Output.WaitForTextAsync("Verify return code");
        await client.WriteInputAsync("R\n");
        await client.Error.WaitForTextAsync("no renegotiation");
    }

    [TestCase(SslProtocols.Tls12, "CLIENT_RANDOM")]
    [TestCase(SslProtocols.Tls13, "CLIENT_TRAFFIC_SECRET_0")]
    public async Task Keylog_appends_secrets_to_a_file_of_the_owner_alone(SslProtocols version, string label)
    {
        string path = Pki.NewFile(".log");
        for (int run = 1; run <= 2; run++)
        {
            using ServeProcess server = await ServeProcess.StartAsync("echo", "--keylog", path);
            using TestClient client = await TestClient.ConnectAsync(server.Port, version);
            await client.EchoAsync(s_message);
            Assert.That(await server.StopAsync(), Is.Zero);
            string[] secrets = [.. File.ReadLines(path).Where(l => l.StartsWith(label + " ", StringComparison.Ordinal))];
            Assert.That(secrets, Has.Length.EqualTo(run));
            Assert.That(secrets, Is.Unique.And.All.Match("^[A-Z_0-9]+ [0-9a-fA-F]{64} [0-9a-fA-F]{64,96}$"));
        }

        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static Action<SslClientAuthenticationOptions> With(X509Certificate2 certificate) =>
        options => options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);

    private static RunningProcess StartOpensslClient(int port, params string[] options) =>
        RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{port}", "-CAfile", Pki.AuthorityFile, .. options]);

    // In TLS 1.3 the client hears of the server's refusal with the first read only.
    private static async Task AssertHandshakeFailsAsync(ServeProcess server, SslProtocols version, Action<SslClientAuthenticationOptions>? configure = null)
    {
        Exception? fault = await Assert.CatchAsync(async () =>
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port, version, configure);
            await client.EchoAsync(s_message);
        });
        Assert.That(fault, Is.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
    }
}
