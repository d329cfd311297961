using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>OpenSSL's own configuration file: honoured, another one, or none.</summary>
public sealed class ConfigurationTests
{
    // What a file can say of every context of the process.
    private const string OneSuite = """
        openssl_conf = all
        [all]
        ssl_conf = ssl
        [ssl]
        system_default = defaults
        [defaults]
        Ciphersuites = TLS_CHACHA20_POLY1305_SHA256
        """;

    private ServeProcess _server = null!;
    private string _file = null!;

    [OneTimeSetUp]
    public async Task BeginAsync()
    {
        _server = await ServeProcess.StartAsync("discard");
        _file = Pki.NewFile(".cnf");
        await File.WriteAllTextAsync(_file, OneSuite + "\n");
    }

    [OneTimeTearDown]
    public void End() => _server.Dispose();

    [Test]
    public async Task The_file_that_the_environment_names_is_honoured() => Assert.That(await SuiteAsync(environment: _file), Is.EqualTo("TLS_CHACHA20_POLY1305_SHA256"));

    [Test]
    public async Task The_file_that_an_option_names_is_read_in_its_place() => Assert.That(await SuiteAsync("/dev/null", "--openssl-config", _file), Is.EqualTo("TLS_CHACHA20_POLY1305_SHA256"));

    [Test]
    public async Task None_is_read_when_the_option_says_so() => Assert.That(await SuiteAsync(_file, "--openssl-config", "none"), Is.Not.EqualTo("TLS_CHACHA20_POLY1305_SHA256"));

    [Test]
    public async Task A_file_that_is_not_there_or_not_in_order_is_named()
    {
        foreach (string path in new[] { _file + ".not", Pki.ServerKeyFile })
        {
            Opensslnb.Result result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{_server.Port}", "--ca", Pki.AuthorityFile, "--json", "--openssl-config", path);
            Assert.That(result.Code, Is.EqualTo(1));
            Assert.That(result.Error, Does.Contain(path));
            Opensslnb.AssertNoStackTrace(result.Error);
        }
    }

    [Test]
    public async Task Implementations_that_nobody_has_are_told()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{_server.Port}", "--ca", Pki.AuthorityFile, "--json", "--property-query", "provider=nobody");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain(Opensslnb.OpenSslMajor == 1 ? "needs OpenSSL 3.0" : "provider"));
    }

    private async Task<string?> SuiteAsync(string environment, params string[] options)
    {
        using RunningProcess process = RunningProcess.Start("env", [$"OPENSSL_CONF={environment}", Opensslnb.Program, "connect", $"127.0.0.1:{_server.Port}", "--ca", Pki.AuthorityFile, "--json", .. options]);
        process.CloseInput();
        Assert.That(await process.WaitForExitAsync(), Is.Zero, process.Error.Text);
        return JsonDocument.Parse(process.Output.Text).RootElement.GetProperty("cipher_suite").GetString();
    }
}
