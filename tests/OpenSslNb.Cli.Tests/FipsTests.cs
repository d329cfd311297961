using System.Security.Authentication;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>With OpenSSL's FIPS provider in place of the default one, or chosen by a property query beside it: what is approved is agreed on, and nothing else.</summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class FipsTests(bool byConfiguration)
{
    private static readonly string s_module = Path.Combine(Opensslnb.Root, "artifacts", "openssl", "fips", "lib", "fips.so");

    private string _folder = null!;
    private string[] _options = null!;
    private ServeProcess _server = null!;

    [OneTimeSetUp]
    public async Task BeginAsync()
    {
        if (!File.Exists(s_module)) Assert.Ignore($"{s_module} is not there: native/openssl/fetch.sh fips builds it");
        Opensslnb.RequireOpenSsl3("the FIPS provider");
        _folder = Directory.CreateTempSubdirectory("opensslnb-fips-").FullName;
        string installed = Path.Combine(_folder, "module.cnf");
        using RunningProcess install = RunningProcess.Start("openssl", "fipsinstall", "-quiet", "-module", s_module, "-provider_name", "fips", "-out", installed);
        Assert.That(await install.WaitForExitAsync(), Is.Zero, install.Error.Text);
        string configuration = Path.Combine(_folder, "openssl.cnf");
        await File.WriteAllTextAsync(configuration, Configuration(await File.ReadAllTextAsync(installed)));
        _options = ["--openssl-config", configuration, .. byConfiguration ? [] : new[] { "--property-query", "fips=yes" }];
        _server = await ServeProcess.StartAsync("echo", _options);
    }

    [OneTimeTearDown]
    public void End()
    {
        _server?.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Any_client_is_served(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_server.Port, version);
        byte[] sent = [1, 2, 3];
        Assert.That(await client.EchoAsync(sent), Is.EqualTo(sent));
    }

    [TestCase("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")]
    [TestCase("-groups", "X25519")]
    public async Task A_client_that_has_only_what_is_not_approved_is_refused(string option, string value)
    {
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{_server.Port}", "-tls1_3", option, value);
        client.CloseInput();
        await client.WaitForExitAsync();
        Assert.That(client.Error.Text, Does.Contain("alert handshake failure"));
    }

    [Test]
    public async Task Our_client_agrees_on_what_is_approved()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(["connect", $"127.0.0.1:{_server.Port}", "--ca", Pki.AuthorityFile, "--json", .. _options]);
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Contain("AES_256_GCM").And.Match("secp256r1|X25519MLKEM768"));
    }

    private string Configuration(string section) => $"""
        openssl_conf = all
        [all]
        providers = providers
        {(byConfiguration ? "alg_section = algorithms" : "")}
        [providers]
        fips = fips_sect
        base = base_provider
        {(byConfiguration ? "" : "default = default_provider")}
        [base_provider]
        activate = 1
        [default_provider]
        activate = 1
        [algorithms]
        default_properties = fips=yes
        {section.Replace("[fips_sect]", $"[fips_sect]\nmodule = {s_module}", StringComparison.Ordinal)}

        """;
}
