using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>serve</c> and <c>connect</c> with raw public keys (RFC 7250).</summary>
public sealed class RawPublicKeyOptionTests
{
    private static readonly string[] s_keyAlone = ["--certificate-types", "rpk", "--key", Pki.ServerKeyFile];

    private static readonly Lazy<string?> s_lack = new(FindLack);

    [TestCase("tls1.2")]
    [TestCase("tls1.3")]
    public async Task Both_sides_are_known_by_their_keys(string version)
    {
        using RunningProcess server = await ServeAsync("--peer-certificate-types", "rpk", "--peer-key", PublicFile(Pki.Client), "--max-protocol", version);
        Opensslnb.Result result = await ConnectAsync(server, "--certificate-types", "rpk", "--key", Pki.ClientKeyFile, "--peer-certificate-types", "rpk", "--peer-key", PublicFile(Pki.Server), "--json");
        Assert.That(result.Code, Is.Zero, result.Error);
        JsonElement facts = JsonDocument.Parse(result.Output).RootElement;
        Assert.That(facts.GetProperty("own_certificate_type").GetString(), Is.EqualTo("rpk"));
        Assert.That(facts.GetProperty("peer_certificate_type").GetString(), Is.EqualTo("rpk"));
        Assert.That(facts.GetProperty("peer_raw_public_key_sha256").GetString(), Is.EqualTo(HashOf(Pki.Server)));
        Assert.That(facts.GetProperty("peer_subject").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task The_servers_key_is_told_and_another_one_is_refused()
    {
        using RunningProcess server = await ServeAsync();
        Opensslnb.Result right = await ConnectAsync(server, "--peer-certificate-types", "rpk,x509", "--peer-key", PublicFile(Pki.Client), "--peer-key", PublicFile(Pki.Server));
        Assert.That(right.Error, Does.Contain($"with the raw public key {HashOf(Pki.Server)} (SHA-256), verified"));
        Opensslnb.Result wrong = await ConnectAsync(server, "--peer-certificate-types", "rpk", "--peer-key", PublicFile(Pki.Client));
        Assert.That(wrong.Code, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("its raw public key is none of TrustedPeerKeys"));
    }

    [Test]
    public async Task A_client_with_another_key_is_refused()
    {
        using RunningProcess server = await ServeAsync("--peer-certificate-types", "rpk", "--peer-key", PublicFile(Pki.Client));
        Opensslnb.Result wrong = await ConnectAsync(server, "--certificate-types", "rpk", "--key", Pki.ServerKeyFile, "--peer-certificate-types", "rpk", "--peer-key", PublicFile(Pki.Server), "--max-protocol", "tls1.2");
        Assert.That(wrong.Code, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("certificate unknown"));
    }

    [Test]
    public async Task A_file_that_is_no_public_key_is_named()
    {
        RequireRawKeys();
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", "127.0.0.1:1", "--peer-certificate-types", "rpk", "--peer-key", Pki.ServerKeyFile);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("--peer-key: ").And.Contain(Pki.ServerKeyFile).And.Contain("no PEM public key"));
    }

    [Test]
    public void An_OpenSSL_without_them_is_named()
    {
        if (s_lack.Value is not { } lack) Assert.Ignore("this OpenSSL has raw public keys");
        else Assert.That(lack, Does.Contain("PeerCertificateTypes with RawPublicKey needs OpenSSL 3.2, and this is OpenSSL "));
    }

    [TestCase("--peer-key needs --peer-certificate-types with rpk", "connect", "h:1", "--peer-key", "k")]
    [TestCase("--certificate-types must be x509, rpk, or both in order of preference with a comma between, and not 'raw'", "connect", "h:1", "--certificate-types", "raw")]
    [TestCase("and not 'rpk,rpk'", "connect", "h:1", "--peer-certificate-types", "rpk,rpk")]
    [TestCase("--key needs --cert", "connect", "h:1", "--key", "k", "--certificate-types", "rpk,x509")]
    [TestCase("Option '--cert' is required.", "serve", "echo", "--listen", "127.0.0.1:0", "--certificate-types", "rpk")]
    [TestCase("--staple needs --cert", "serve", "echo", "--listen", "127.0.0.1:0", "--certificate-types", "rpk", "--key", "k", "--staple", "s")]
    public async Task What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(arguments);
        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain(message));
    }

    // The command is asked: its OpenSSL may be another one than the tests'.
    private static string? FindLack()
    {
        string error = Opensslnb.RunAsync("connect", "127.0.0.1:1", "--peer-certificate-types", "rpk", "--peer-key", PublicFile(Pki.Server)).GetAwaiter().GetResult().Error;
        return error.Contains("needs OpenSSL", StringComparison.Ordinal) ? error : null;
    }

    private static void RequireRawKeys()
    {
        if (s_lack.Value is { } lack) Assert.Ignore(lack);
    }

    private static async Task<RunningProcess> ServeAsync(params string[] options)
    {
        RequireRawKeys();
        RunningProcess server = Opensslnb.Start(["serve", "echo", "--listen", "127.0.0.1:0", .. s_keyAlone, .. options]);
        await server.Output.WaitForTextAsync("listening on 127.0.0.1:");
        return server;
    }

    private static Task<Opensslnb.Result> ConnectAsync(RunningProcess server, params string[] options) =>
        Opensslnb.RunAsync(["connect", server.Output.Text.Split('\n')[0]["listening on ".Length..], .. options]);

    private static string PublicFile(X509Certificate2 of)
    {
        string path = Pki.NewFile(".der");
        File.WriteAllBytes(path, of.PublicKey.ExportSubjectPublicKeyInfo());
        return path;
    }

    private static string HashOf(X509Certificate2 of) => Convert.ToHexStringLower(SHA256.HashData(of.PublicKey.ExportSubjectPublicKeyInfo()));
}
