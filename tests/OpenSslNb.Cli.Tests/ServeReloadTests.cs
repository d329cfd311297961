using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>serve</c> reads its certificates again when it is told to: SIGHUP.</summary>
public sealed class ServeReloadTests
{
    private const int Hup = 1;

    [TestCase("1")]
    [TestCase("2")]
    public async Task A_renewed_certificate_is_served_after_SIGHUP_and_a_broken_one_changes_nothing(string loops)
    {
        string certificate = Pki.NewFile(".pem");
        string key = Pki.NewFile(".pem");
        await CopyAsync(Pki.ServerFile, certificate);
        await CopyAsync(Pki.ServerKeyFile, key);
        using RunningProcess server = Opensslnb.Start("serve", "echo", "--listen", "127.0.0.1:0", "--cert", certificate, "--key", key, "--loops", loops);
        await server.Output.WaitForTextAsync("listening on");
        await server.Output.WaitForTextAsync("\n");
        string at = server.Output.Text.Trim().Split(' ')[^1];
        Assert.That(await SubjectAsync(at), Does.Contain("CN = server"));

        await CopyAsync(Pki.ClientFile, certificate);
        server.Signal(Hup);
        await server.Error.WaitForTextAsync("the certificates stay as they are");
        Assert.That(server.Error.Text, Does.Contain("does not belong to the first certificate"));
        Assert.That(await SubjectAsync(at), Does.Contain("CN = server"));

        await CopyAsync(Pki.ClientKeyFile, key);
        server.Signal(Hup);
        await server.Error.WaitForTextAsync("the certificates were read again");
        for (int i = 0; i < 4; i++) Assert.That(await SubjectAsync(at), Does.Contain("CN = client"), "on every loop");
    }

    [TestCase("serve")]
    [TestCase("proxy")]
    public async Task Authorities_revocation_lists_and_pre_shared_keys_are_read_again_too_and_old_sessions_do_not_help(string command)
    {
        string lists = Pki.NewFile(".crl");
        await File.WriteAllTextAsync(lists, Pki.RevocationList());
        string keys = Pki.NewFile(".psk");
        await File.WriteAllTextAsync(keys, $"first:{new string('a', 64)}\n");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using RunningProcess server = Opensslnb.Start(
            [command, .. command == "serve" ? ["echo", "--client-ca"] : new[] { "--to", "127.0.0.1:1", "--ca" }, Pki.AuthorityFile, "--crl", lists, "--psk-file", keys, "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile]);
        await server.Output.WaitForTextAsync("\n");
        string at = server.Output.Text.Trim().Split(' ')[^1];
        string session = Pki.NewFile(".pem");
        Assert.That(await VisitAsync(at, "-sess_out", session), Does.Contain("New, ").And.Not.Contain("alert"));
        Assert.That(await VisitAsync(at, "-sess_in", session), Does.Contain("Reused, "));
        await File.WriteAllTextAsync(lists, Pki.RevocationList(Pki.Client));
        await File.WriteAllTextAsync(keys, $"second:{new string('b', 64)}\n");
        server.Signal(Hup);
        await server.Error.WaitForTextAsync("were read again");
        Assert.That(await VisitAsync(at, "-sess_in", session), Does.Contain("certificate revoked"));
        Assert.That(await VisitAsync(at), Does.Contain("certificate revoked"));
        Assert.That(await KeyAsync(at, "second", 'b'), Does.Contain("no peer certificate available"));
        Assert.That(await KeyAsync(at, "first", 'a'), Does.Contain("alert"));

        // What is no good leaves all as it is.
        await File.WriteAllTextAsync(lists, "nothing");
        server.Signal(Hup);
        await server.Error.WaitForTextAsync("stay as they are");
        Assert.That(server.Error.Text, Does.Contain(lists));
        Assert.That(await VisitAsync(at), Does.Contain("certificate revoked"));
    }

    [TestCase(-2, -1, "has expired")]
    [TestCase(1, 2, "is not valid before")]
    public async Task A_certificate_that_nobody_can_verify_is_not_taken_over(int from, int to, string fault)
    {
        string certificate = Pki.NewFile(".pem");
        await CopyAsync(Pki.ServerFile, certificate);
        await File.AppendAllTextAsync(certificate, "\n" + await File.ReadAllTextAsync(Pki.ServerKeyFile));
        using RunningProcess server = Opensslnb.Start("serve", "echo", "--listen", "127.0.0.1:0", "--cert", certificate);
        await server.Output.WaitForTextAsync("\n");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 other = new CertificateRequest("CN=other", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(from), DateTimeOffset.UtcNow.AddDays(to));
        await File.WriteAllTextAsync(certificate, other.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        server.Signal(Hup);
        await server.Error.WaitForTextAsync("the certificates stay as they are");
        Assert.That(server.Error.Text, Does.Contain($"the certificate of CN=other {fault}"));
        Assert.That(await SubjectAsync(server.Output.Text.Trim().Split(' ')[^1]), Does.Contain("CN = server"));
    }

    [Test]
    public async Task Files_that_are_watched_are_read_again_by_themselves()
    {
        string certificate = Pki.NewFile(".pem");
        string key = Pki.NewFile(".pem");
        await CopyAsync(Pki.ServerFile, certificate);
        await CopyAsync(Pki.ServerKeyFile, key);
        using RunningProcess server = Opensslnb.Start("serve", "echo", "--listen", "127.0.0.1:0", "--cert", certificate, "--key", key, "--watch-files", "0.05");
        await server.Output.WaitForTextAsync("listening on");
        await server.Output.WaitForTextAsync("\n");
        string at = server.Output.Text.Trim().Split(' ')[^1];

        // The certificate alone, for the time being: what does not fit is not taken over.
        await CopyAsync(Pki.ClientFile, certificate);
        await server.Error.WaitForTextAsync("the certificates stay as they are");
        Assert.That(await SubjectAsync(at), Does.Contain("CN = server"));
        await CopyAsync(Pki.ClientKeyFile, key);
        await server.Error.WaitForTextAsync("the certificates were read again");
        Assert.That(await SubjectAsync(at), Does.Contain("CN = client"));
    }

    // All that s_client says, with the client's certificate.
    private static Task<string> VisitAsync(string at, params string[] options) => SayAsync(at, ["-tls1_2", "-cert", Pki.ClientFile, "-key", Pki.ClientKeyFile, .. options]);

    private static Task<string> KeyAsync(string at, string identity, char digit) => SayAsync(at, ["-tls1_2", "-cipher", "ECDHE-PSK-CHACHA20-POLY1305", "-psk", new string(digit, 64), "-psk_identity", identity]);

    private static async Task<string> SayAsync(string at, string[] options)
    {
        using RunningProcess client = RunningProcess.Start("openssl", ["s_client", "-connect", at, .. options]);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text + client.Error.Text;
    }

    private static async Task CopyAsync(string from, string to) => await File.WriteAllBytesAsync(to, await File.ReadAllBytesAsync(from));

    private static async Task<string> SubjectAsync(string at)
    {
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", at);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text.Split('\n').FirstOrDefault(line => line.StartsWith("subject=", StringComparison.Ordinal)) ?? client.Error.Text;
    }
}
