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

    private static async Task CopyAsync(string from, string to) => await File.WriteAllBytesAsync(to, await File.ReadAllBytesAsync(from));

    private static async Task<string> SubjectAsync(string at)
    {
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", at);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text.Split('\n').FirstOrDefault(line => line.StartsWith("subject=", StringComparison.Ordinal)) ?? client.Error.Text;
    }
}
