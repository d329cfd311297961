using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>The options about records, keys and whatever else OpenSSL can be told, with <c>openssl</c> on the other side.</summary>
public sealed class ProtocolOptionTests
{
    [Test]
    public async Task Keys_are_changed_after_as_many_records_as_the_option_says()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--records-per-key", "2");
        using RunningProcess client = SClient(server, "-tls1_3", "-msg");
        for (int i = 1; i <= 4; i++)
        {
            await client.WriteInputAsync($"line {i}\n");
            await client.Output.WaitForTextAsync($"line {i}\n");
        }

        await client.Output.WaitForTextAsync("<<< TLS 1.3, Handshake [length 0005], KeyUpdate");
    }

    [Test]
    public async Task Renegotiations_beyond_the_limit_of_the_option_end_the_connection()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--allow-renegotiation", "--renegotiations-per-minute", "1");
        using RunningProcess client = SClient(server, "-tls1_2");
        await client.WriteInputAsync("R\n");
        await client.Error.WaitForTextAsync("RENEGOTIATING");
        await client.WriteInputAsync("still here\n");
        await client.Output.WaitForTextAsync("still here\n");
        await client.WriteInputAsync("R\n");
        await client.WaitForExitAsync();
        Assert.That(client.Error.Text.Split("RENEGOTIATING"), Has.Length.EqualTo(3), "twice tried");
    }

    [Test]
    public async Task OpenSSL_is_told_what_the_option_says_by_the_names_of_its_configuration_files()
    {
        using (ServeProcess server = await ServeProcess.StartAsync("echo", "--openssl-command", "Options=-SessionTicket", "--openssl-command", "Groups=P-384"))
        {
            using RunningProcess client = SClient(server, "-tls1_2");
            client.CloseInput();
            await client.WaitForExitAsync();
            Assert.That(client.Output.Text, Does.Contain("Server Temp Key: ECDH, secp384r1").And.Not.Contain("session ticket"));
        }

        Opensslnb.Result unknown = await Opensslnb.RunAsync("connect", "127.0.0.1:1", "--openssl-command", "Nonsense=1");
        Assert.That(unknown.Code, Is.EqualTo(1));
        Assert.That(unknown.Error, Does.Contain("Nonsense"));
        Opensslnb.AssertNoStackTrace(unknown.Error);
    }

    [TestCase("serve")]
    [TestCase("proxy")]
    public async Task A_client_that_knows_RSA_alone_gets_the_additional_certificate(string command)
    {
        string file = WriteRsaIdentity();
        using RunningProcess server = Opensslnb.Start(
            [command, .. command == "serve" ? ["echo"] : new[] { "--to", "127.0.0.1:1" }, "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, "--additional-cert", file]);
        await server.Output.WaitForTextAsync("\n");
        string port = server.Output.Text.Trim().Split(':')[^1];
        foreach ((string algorithms, string expected) in new[] { ("RSA-PSS+SHA256", "CN = rsa"), ("ECDSA+SHA256", "CN = server") })
        {
            using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{port}", "-sigalgs", algorithms, "-tls1_3");
            client.CloseInput();
            await client.WaitForExitAsync();
            Assert.That(client.Output.Text, Does.Contain("subject=" + expected), algorithms);
        }
    }

    [Test]
    public async Task Connect_gives_its_certificate_when_s_server_asks_for_it_after_the_handshake()
    {
        using SServer peer = await SServer.StartAsync("-tls1_3", "-CAfile", Pki.AuthorityFile, "-verify", "1");
        RunningProcess server = peer.Process;
        using RunningProcess client = Opensslnb.Start(
            "connect", peer.Target, "--ca", Pki.AuthorityFile, "--cert", Pki.ClientFile, "--key", Pki.ClientKeyFile, "--post-handshake-auth");
        await client.WriteInputAsync("before\n");
        await server.Output.WaitForTextAsync("before\n");
        await server.WriteInputAsync("c\n");
        await server.Output.WaitForTextAsync("SSL_do_handshake -> 1");
        await client.WriteInputAsync("after\n");
        await server.Output.WaitForTextAsync("after\n");
        await server.Error.WaitForTextAsync("CN = client");
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task Connect_derives_the_keying_material_that_s_server_derives(string version)
    {
        using SServer server = await SServer.StartAsync(version, "-keymatexport", "EXPERIMENTAL-a", "-keymatexportlen", "21");
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", server.Target, "--ca", Pki.AuthorityFile, "--json", "--export-keying-material", "EXPERIMENTAL-a", "--export-keying-material", "EXPERIMENTAL-b", "--export-length", "21");
        Assert.That(result.Code, Is.Zero, result.Error);
        JsonElement facts = JsonDocument.Parse(result.Output).RootElement;
        string material = facts.GetProperty("keying_material").GetProperty("EXPERIMENTAL-a").GetString()!;
        Assert.That(material, Has.Length.EqualTo(42).And.Not.EqualTo(facts.GetProperty("keying_material").GetProperty("EXPERIMENTAL-b").GetString()));
        await server.Process.Output.WaitForTextAsync($"Keying material: {material.ToUpperInvariant()}");
        JsonElement bindings = facts.GetProperty("channel_bindings");
        Assert.That(bindings.GetProperty("tls-server-end-point").GetString(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Pki.Server.RawData))));
        Assert.That(bindings.GetProperty("tls-exporter").GetString(), Has.Length.EqualTo(64));
        Assert.That(bindings.GetProperty("tls-unique").ValueKind, Is.EqualTo(version == "-tls1_2" ? JsonValueKind.String : JsonValueKind.Null));
    }

    [Test]
    public async Task Connect_changes_keys_after_as_many_bytes_as_the_option_says_and_asks_s_server_to_do_so()
    {
        using SServer server = await SServer.StartAsync("-tls1_3", "-msg");
        using RunningProcess client = Opensslnb.Start("connect", server.Target, "--ca", Pki.AuthorityFile, "--update-keys-every", "10");
        await client.WriteInputAsync("0123456789\n");
        await server.Process.Output.WaitForTextAsync("<<< TLS 1.3, Handshake [length 0005], KeyUpdate");
        await server.Process.WriteInputAsync("answer\n");
        await client.Output.WaitForTextAsync("answer\n");
        Assert.That(server.Process.Output.Text, Does.Contain(">>> TLS 1.3, Handshake [length 0005], KeyUpdate"));

        using SServer old = await SServer.StartAsync("-tls1_2");
        Opensslnb.Result refused = await Opensslnb.RunAsync("connect", old.Target, "--ca", Pki.AuthorityFile, "--update-keys-every", "10");
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("--update-keys-every: the server speaks TLS 1.2"));
    }

    private static RunningProcess SClient(ServeProcess server, params string[] options) =>
        RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", "-servername", "localhost", "-CAfile", Pki.AuthorityFile, .. options]);

    private static string WriteRsaIdentity()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        string file = Pki.NewFile(".pem");
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return file;
    }
}
