using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>The options of <c>serve</c> and <c>connect</c> about who is who, with programs that others wrote on the other side.</summary>
public sealed class IdentityOptionTests
{
    [Test]
    public async Task S_client_is_shown_the_certificate_of_the_name_that_it_asks_for()
    {
        string file = Pki.NewFile(".pem");
        await File.WriteAllTextAsync(file, await File.ReadAllTextAsync(Pki.ClientKeyFile) + "\n" + await File.ReadAllTextAsync(Pki.ClientFile));
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--named-cert", $"www.example.org={file}", "--named-cert", $"*.example.net={file}", "--unknown-name", "refuse");
        Assert.That(await SubjectAsync("www.example.org"), Does.Contain("CN = client"));
        Assert.That(await SubjectAsync("any.example.net"), Does.Contain("CN = client"));
        Assert.That(await SubjectAsync("a.b.example.net"), Does.Contain("unrecognized name"));
        Assert.That(await SubjectAsync(null), Does.Contain("CN = server"));

        async Task<string> SubjectAsync(string? name)
        {
            using RunningProcess client = RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", .. name is null ? ["-noservername"] : new[] { "-servername", name }]);
            client.CloseInput();
            await client.WaitForExitAsync();
            return client.Output.Text.Split('\n').FirstOrDefault(line => line.StartsWith("subject=", StringComparison.Ordinal)) ?? client.Error.Text;
        }
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task Connect_believes_the_pinned_key_of_s_server_and_no_other(string version)
    {
        using SServer server = await SServer.StartAsync(version);
        string[] arguments = ["connect", server.Target, "--ca", Pki.AuthorityFile, "--pin"];
        using (RunningProcess right = Opensslnb.Start([.. arguments, PinOf(Pki.Client.PublicKey.ExportSubjectPublicKeyInfo()), "--pin", PinOf(Pki.Server.PublicKey.ExportSubjectPublicKeyInfo())])) await right.Error.WaitForTextAsync("connected to");
        Opensslnb.Result wrong = await Opensslnb.RunAsync([.. arguments, PinOf(Pki.Client.PublicKey.ExportSubjectPublicKeyInfo())]);
        Assert.That(wrong.Code, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("none of the pinned keys is in the peer's chain"));
    }

    [TestCase("-tls1_2", "Tls12")]
    [TestCase("-tls1_3", "Tls13")]
    public async Task Connect_prints_the_facts_of_its_connection_to_s_server_as_JSON(string version, string protocol)
    {
        using SServer server = await SServer.StartAsync(version, "-alpn", "h2", "-groups", "P-384");
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", server.Target, "--ca", Pki.AuthorityFile, "--alpn", "h2", "--json");
        Assert.That(result.Code, Is.Zero, result.Error);
        JsonElement facts = JsonDocument.Parse(result.Output).RootElement;
        Assert.That(facts.GetProperty("protocol").GetString(), Is.EqualTo(protocol));
        Assert.That(facts.GetProperty("application_protocol").GetString(), Is.EqualTo("h2"));
        Assert.That(facts.GetProperty("group").GetString(), Is.EqualTo("secp384r1"));
        Assert.That(facts.GetProperty("peer_signature").GetString(), Does.StartWith("ECDSA+"));
        Assert.That(facts.GetProperty("resumed").GetBoolean(), Is.False);
        Assert.That(facts.GetProperty("verification_error").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(facts.GetProperty("peer_certificates_sha256")[0].GetString(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Pki.Server.RawData))));
    }

    [Test]
    public async Task Clients_without_a_certificate_are_let_in_where_it_is_optional()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--client-ca", Pki.AuthorityFile, "--client-cert-optional");
        byte[] message = "anybody"u8.ToArray();
        using TestClient nameless = await TestClient.ConnectAsync(server.Port);
        Assert.That(await nameless.EchoAsync(message), Is.EqualTo(message));
    }

    [Test]
    public async Task A_file_that_is_no_certificate_is_named()
    {
        string file = Pki.NewFile(".pem");
        await File.WriteAllTextAsync(file, "nothing");
        Opensslnb.Result result = await Opensslnb.RunAsync("serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, "--named-cert", $"a.example={file}");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain(file));
    }

    // What --cert and --key are given: files or a URI, and whether they need the password.
    [TestCase("serve", "p12", true)]
    [TestCase("serve", "p12", false)]
    [TestCase("serve", "der", false)]
    [TestCase("serve", "encrypted pem", true)]
    [TestCase("serve", "encrypted der", true)]
    [TestCase("serve", "uri", false)]
    [TestCase("serve", "uri", true)]
    [TestCase("proxy", "p12", true)]
    [TestCase("proxy", "encrypted pem", true)]
    public async Task A_server_takes_certificate_and_key_in_any_format_with_their_password(string command, string format, bool encrypted)
    {
        string[] identity = [.. Identity(Pki.Server, format, encrypted), .. encrypted ? new[] { "--key-password-file", PasswordFile("secret\n") } : []];
        using RunningProcess server = Opensslnb.Start([command, .. command == "serve" ? ["echo"] : new[] { "--to", "127.0.0.1:1" }, "--listen", "127.0.0.1:0", .. identity]);
        await server.Output.WaitForTextAsync("\n");
        Assert.That(await VerifiedAsync(server.Output.Text.Trim().Split(':')[^1], "localhost"), Is.EqualTo("CN = server"));
    }

    [TestCase("p12")]
    [TestCase("encrypted pem")]
    public async Task Connect_shows_s_server_a_certificate_whose_key_needs_a_password(string format)
    {
        using SServer server = await SServer.StartAsync("-tls1_2", "-CAfile", Pki.AuthorityFile, "-Verify", "1");
        using RunningProcess client = Opensslnb.Start(["connect", server.Target, "--ca", Pki.AuthorityFile, .. Identity(Pki.Client, format, encrypted: true), "--key-password-file", PasswordFile("secret\n")]);
        await client.Error.WaitForTextAsync("connected to");
        await server.Process.Error.WaitForTextAsync("CN = client");
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task Connect_shows_the_certificate_that_s_server_can_verify(string version)
    {
        using SServer server = await SServer.StartAsync(version, "-CAfile", Pki.AuthorityFile, "-Verify", "1", "-verify_quiet", "-client_sigalgs", "RSA-PSS+SHA256");
        using RunningProcess client = Opensslnb.Start("connect", server.Target, "--ca", Pki.AuthorityFile, "--cert", Pki.ClientFile, "--key", Pki.ClientKeyFile, "--key-password-file", PasswordFile("secret"), "--additional-cert", Written(".p12", RsaPkcs12("secret")));
        await client.Error.WaitForTextAsync("connected to");
        await client.WriteInputAsync("Q\n");
        await server.Process.Output.WaitForTextAsync("subject=CN = rsa");
    }

    [Test]
    public async Task Named_and_additional_certificates_may_have_their_key_elsewhere_or_be_found_by_a_URI()
    {
        using ServeProcess server = await ServeProcess.StartAsync(
            "echo", "--key-password-file", PasswordFile("secret"), "--named-cert", $"a.example={Pki.ClientFile},{Written(".key", Pki.Client.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("secret", s_encryption))}", "--named-cert", $"b.example=file:{Pki.ClientFile},file:{Pki.ClientKeyFile}", "--additional-cert", $"{Written(".p12", RsaPkcs12("secret"))}");
        Assert.That(await SubjectAsync(server.Port, "a.example"), Is.EqualTo("CN = client"));
        Assert.That(await SubjectAsync(server.Port, "b.example"), Is.EqualTo("CN = client"));
        Assert.That(await SubjectAsync(server.Port, "localhost"), Is.EqualTo("CN = server"));
        Assert.That(await SubjectAsync(server.Port, "localhost", "-sigalgs", "RSA-PSS+SHA256"), Is.EqualTo("CN = rsa"));
    }

    [TestCase("other", "is the password right?")]
    [TestCase("", "is empty")]
    [TestCase(null, "chmod 600")]
    public async Task A_password_that_is_no_good_is_told_in_words_and_never_repeated(string? password, string fault)
    {
        string file = PasswordFile(password ?? "secret");
        if (password is null) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Opensslnb.Result result = await Opensslnb.RunAsync(["serve", "echo", "--listen", "127.0.0.1:0", .. Identity(Pki.Server, "p12", encrypted: true), "--key-password-file", file]);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain(fault).And.Not.Contain("secret").And.Not.Contain("other\n"));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    [Test]
    public async Task A_certificate_without_its_key_is_named()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain($"{Pki.ServerFile} holds no PEM private key"));
    }

    [TestCase("required", true)]
    [TestCase("required", false)]
    [TestCase("optional", false)]
    public async Task S_client_is_asked_for_its_certificate_after_the_handshake(string demand, bool allows)
    {
        string log = Pki.NewFile(".log");
        using ServeProcess server = await ServeProcess.StartAsync("echo", ["--client-ca", Pki.AuthorityFile, "--client-cert-on-request", "--connection-log", log, .. demand == "optional" ? new[] { "--client-cert-optional" } : []]);
        using (RunningProcess client = RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", "-tls1_3", "-CAfile", Pki.AuthorityFile, "-cert", Pki.ClientFile, "-key", Pki.ClientKeyFile, .. allows ? new[] { "-enable_pha" } : []]))
        {
            if (!allows) await server.Process.Error.WaitForTextAsync("cannot be asked for a certificate");
            if (allows || demand == "optional")
            {
                await client.WriteInputAsync("let in\n");
                await client.Output.WaitForTextAsync("let in\n");
                client.CloseInput();
            }

            await client.WaitForExitAsync();
        }

        await server.StopAsync();
        JsonElement line = JsonDocument.Parse((await File.ReadAllLinesAsync(log))[0]).RootElement;
        Assert.That(line.GetProperty("peer_subject").GetString(), allows ? Does.Contain("client") : Is.Null);
        Assert.That(line.GetProperty("reason").GetString(), Is.EqualTo(demand == "required" && !allows ? "Aborted" : "CloseNotify"));
    }

    [Test]
    public async Task A_client_that_is_owed_a_certificate_hears_nothing_whatever_it_sends_at_once()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--client-ca", Pki.AuthorityFile, "--client-cert-on-request", "--min-protocol", "tls1.3");
        for (int i = 0; i < 10; i++)
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port);
            Assert.That(async () => await client.EchoAsync("let me in"u8.ToArray()), Throws.InstanceOf<IOException>());
        }

        await server.Process.Error.WaitForTextAsync("cannot be asked for a certificate");
    }

    [Test]
    public async Task A_client_that_does_not_answer_when_it_is_asked_for_its_certificate_is_not_waited_for()
    {
        const int Stop = 19;
        string log = Pki.NewFile(".log");
        using ServeProcess server = await ServeProcess.StartAsync("source", "--client-ca", Pki.AuthorityFile, "--client-cert-on-request", "--handshake-timeout", "2", "--connection-log", log);
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-tls1_3", "-enable_pha", "-msg");

        // It has said its Finished, and is then stopped. What it has answered before is no certificate: it has none.
        await client.Output.WaitForTextAsync("Finished");
        client.Signal(Stop);
        await WaitForLineAsync(log);
        JsonElement line = JsonDocument.Parse((await File.ReadAllLinesAsync(log)).First()).RootElement;
        Assert.That(line.GetProperty("bytes_sent").GetInt32(), Is.Zero);
        Assert.That(line.GetProperty("reason").GetString(), Is.Not.EqualTo("CloseNotify"));
    }

    private static async Task WaitForLineAsync(string file)
    {
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(file) || new FileInfo(file).Length == 0) await pause.WaitForNextTickAsync(deadline.Token);
    }

    private static readonly PbeParameters s_encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private static string[] Identity(X509Certificate2 certificate, string format, bool encrypted)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return format switch
        {
            "p12" => ["--cert", Written(".p12", certificate.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, encrypted ? "secret" : ""))],
            "der" => ["--cert", Written(".der", certificate.RawData), "--key", Written(".der", key.ExportPkcs8PrivateKey())],
            "encrypted der" => ["--cert", Written(".der", certificate.RawData), "--key", Written(".der", key.ExportEncryptedPkcs8PrivateKey("secret", s_encryption))],
            "encrypted pem" => ["--cert", Written(".pem", certificate.ExportCertificatePem()), "--key", Written(".pem", key.ExportEncryptedPkcs8PrivateKeyPem("secret", s_encryption))],
            "uri" => ["--cert", "file:" + Written(".pem", certificate.ExportCertificatePem()), "--key", "file:" + Written(".pem", encrypted ? key.ExportEncryptedPkcs8PrivateKeyPem("secret", s_encryption) : key.ExportPkcs8PrivateKeyPem())],
            _ => throw new ArgumentException(format),
        };
    }

    private static byte[] RsaPkcs12(string password)
    {
        using var key = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        return certificate.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password);
    }

    private static string PasswordFile(string content)
    {
        string file = Written(".password", content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static string Written(string extension, string content) => Written(extension, Encoding.UTF8.GetBytes(content));

    private static string Written(string extension, byte[] content)
    {
        string file = Pki.NewFile(extension);
        File.WriteAllBytes(file, content);
        return file;
    }

    // Whose certificate s_client is shown.
    private static async Task<string> SubjectAsync(int port, string name, params string[] options)
    {
        using RunningProcess client = RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{port}", "-servername", name, .. options]);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text.Split('\n').First(line => line.StartsWith("subject=", StringComparison.Ordinal))["subject=".Length..];
    }

    private static async Task<string> VerifiedAsync(string port, string name) => await SubjectAsync(int.Parse(port, CultureInfo.InvariantCulture), name, "-CAfile", Pki.AuthorityFile, "-verify_return_error");

    private static string PinOf(byte[] publicKey) => "sha256//" + Convert.ToBase64String(SHA256.HashData(publicKey));
}
