using System.Security.Authentication;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>Keys that stay in a PKCS#11 token (SoftHSM's), through OpenSSL's store and Debian's provider.</summary>
public sealed class TokenKeyTests
{
    private const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Pin = "271828";
    private static readonly string s_provider = Path.Combine(Opensslnb.Root, "artifacts", "openssl", "pkcs11", "lib", "pkcs11.so");
    private static readonly string s_missing = Pki.NewFile(".missing");

    private string _folder = null!;
    private string _configuration = null!;
    private string[] _environment = null!;

    private static string KeyUri => $"pkcs11:token=opensslnb;object=server;type=private?pin-value={Pin}";

    [OneTimeSetUp]
    public async Task Put_the_servers_key_into_a_token()
    {
        if (!File.Exists(s_provider)) Assert.Ignore($"{s_provider} is not there: native/openssl/fetch.sh pkcs11 gets it");
        Opensslnb.RequireOpenSsl3("the provider for tokens");
        if (!File.Exists(Module)) Assert.Ignore($"{Module} is not there: Debian's softhsm2 has it");
        _folder = Directory.CreateTempSubdirectory("opensslnb-token-").FullName;
        string tokens = Directory.CreateDirectory(Path.Combine(_folder, "tokens")).FullName;
        string settings = Path.Combine(_folder, "softhsm.conf");
        await File.WriteAllTextAsync(settings, $"directories.tokendir = {tokens}\nobjectstore.backend = file\n");
        _environment = [$"SOFTHSM2_CONF={settings}"];
        await RunAsync("softhsm2-util", "--init-token", "--free", "--label", "opensslnb", "--so-pin", "314159", "--pin", Pin);
        await RunAsync("softhsm2-util", "--import", Pki.ServerKeyFile, "--token", "opensslnb", "--label", "server", "--id", "01", "--pin", Pin);
        _configuration = Path.Combine(_folder, "openssl.cnf");
        await File.WriteAllTextAsync(_configuration, $"""
            openssl_conf = all
            [all]
            providers = providers
            [providers]
            default = default_provider
            pkcs11 = pkcs11_provider
            [default_provider]
            activate = 1
            [pkcs11_provider]
            module = {s_provider}
            pkcs11-module-path = {Module}
            activate = 1

            """);
    }

    [OneTimeTearDown]
    public void Clean_up()
    {
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_server_signs_with_a_key_that_is_in_a_token([Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version, [Values("0", "2")] string workers)
    {
        using ServeProcess server = await ServeProcess.StartWithKeyAsync(_environment, "echo", KeyUri, "--openssl-config", _configuration, "--handshake-workers", workers);
        for (int i = 0; i < 3; i++)
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port, version);
            byte[] sent = [1, 2, 3];
            Assert.That(await client.EchoAsync(sent), Is.EqualTo(sent));
        }

        Assert.That(await server.StopAsync(), Is.Zero, server.Process.Error.Text);
        Assert.That(server.Process.Error.Text, Is.Empty);
    }

    [Test]
    public async Task A_client_proves_itself_with_a_key_that_is_in_a_token()
    {
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--client-ca", Pki.AuthorityFile);
        using RunningProcess client = RunningProcess.Start(
            "env", [.. _environment, Opensslnb.Program, "connect", $"localhost:{server.Port}", "--ca", Pki.AuthorityFile, "--cert", Pki.ServerFile, "--key", KeyUri, "--openssl-config", _configuration]);
        await client.WriteInputAsync("hello\n");
        await client.Output.WaitForTextAsync("hello\n");
        client.CloseInput();
        Assert.That(await client.WaitForExitAsync(), Is.Zero, client.Error.Text);
    }

    [TestCase("pkcs11:token=opensslnb;object=nobody;type=private?pin-value=271828", "no private key")]
    [TestCase("pkcs11:token=opensslnb;object=server;type=private?pin-value=1234", "object=server")]
    [TestCase("pkcs12:token=opensslnb", "pkcs12:token=opensslnb")]
    public async Task What_is_not_there_or_not_to_be_had_is_told_without_the_pin(string uri, string expected)
    {
        using RunningProcess server = RunningProcess.Start(
            "env", [.. _environment, Opensslnb.Program, "serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", uri, "--openssl-config", _configuration]);
        Assert.That(await server.WaitForExitAsync(), Is.EqualTo(1), server.Error.Text);
        Assert.That(server.Error.Text, Does.Contain(expected));
        Assert.That(server.Error.Text, Does.Not.Contain("271828").And.Not.Contain("1234"));
        Opensslnb.AssertNoStackTrace(server.Error.Text);
    }

    [Test]
    public async Task A_pin_is_not_shown_where_there_is_no_provider_either()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", KeyUri);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("object=server").And.Not.Contain(Pin));
    }

    [Test]
    public async Task A_name_with_a_colon_that_is_a_file_is_a_file()
    {
        string path = s_missing + "pkcs11:key.pem";
        File.Copy(Pki.ServerKeyFile, path);
        using ServeProcess server = await ServeProcess.StartWithKeyAsync(_environment, "echo", path);
        using TestClient client = await TestClient.ConnectAsync(server.Port);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        using RunningProcess process = RunningProcess.Start("env", [.. _environment, program, .. arguments]);
        Assert.That(await process.WaitForExitAsync(), Is.Zero, process.Error.Text + process.Output.Text);
    }
}
