using System.Security.Cryptography;
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
        using RunningProcess server = RunningProcess.Start("openssl", "s_server", "-accept", "127.0.0.1:0", version, "-cert", Pki.ServerFile, "-key", Pki.ServerKeyFile);
        await server.Output.WaitForTextAsync("ACCEPT");
        await server.Output.WaitForTextAsync("\n", occurrences: 2);
        string port = server.Output.Text.Split('\n').First(line => line.StartsWith("ACCEPT", StringComparison.Ordinal)).Split(':')[^1];
        string[] arguments = ["connect", $"127.0.0.1:{port}", "--ca", Pki.AuthorityFile, "--pin"];
        using (RunningProcess right = Opensslnb.Start([.. arguments, PinOf(Pki.Client.PublicKey.ExportSubjectPublicKeyInfo()), "--pin", PinOf(Pki.Server.PublicKey.ExportSubjectPublicKeyInfo())])) await right.Error.WaitForTextAsync("connected to");
        Opensslnb.Result wrong = await Opensslnb.RunAsync([.. arguments, PinOf(Pki.Client.PublicKey.ExportSubjectPublicKeyInfo())]);
        Assert.That(wrong.Code, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("none of the pinned keys is in the peer's chain"));
    }

    [TestCase("-tls1_2", "Tls12")]
    [TestCase("-tls1_3", "Tls13")]
    public async Task Connect_prints_the_facts_of_its_connection_to_s_server_as_JSON(string version, string protocol)
    {
        using RunningProcess server = RunningProcess.Start("openssl", "s_server", "-accept", "127.0.0.1:0", version, "-alpn", "h2", "-groups", "P-384", "-cert", Pki.ServerFile, "-key", Pki.ServerKeyFile);
        await server.Output.WaitForTextAsync("ACCEPT");
        await server.Output.WaitForTextAsync("\n", occurrences: 2);
        string port = server.Output.Text.Split('\n').First(line => line.StartsWith("ACCEPT", StringComparison.Ordinal)).Split(':')[^1];
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{port}", "--ca", Pki.AuthorityFile, "--alpn", "h2", "--json");
        Assert.That(result.Code, Is.Zero, result.Error);
        JsonElement facts = JsonDocument.Parse(result.Output).RootElement;
        Assert.That(facts.GetProperty("protocol").GetString(), Is.EqualTo(protocol));
        Assert.That(facts.GetProperty("application_protocol").GetString(), Is.EqualTo("h2"));
        Assert.That(facts.GetProperty("group").GetString(), Is.EqualTo(Opensslnb.OpenSslMajor == 1 ? null : "secp384r1"), "1.1.1 does not tell");
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

    private static string PinOf(byte[] publicKey) => "sha256//" + Convert.ToBase64String(SHA256.HashData(publicKey));
}
