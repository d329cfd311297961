using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary>What a server of TLS can be told holds for <c>proxy --mode terminate</c> too; with <c>openssl s_client</c> on the other side.</summary>
[TestFixture("-tls1_2")]
[TestFixture("-tls1_3")]
public sealed class ProxyServerOptionTests(string version)
{
    [Test]
    public async Task Clients_that_ask_for_an_unknown_name_are_refused_if_the_option_says_so()
    {
        using PlainServer target = Greeter();
        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--named-cert", $"www.example.org={Pki.ClientFile},{Pki.ClientKeyFile}", "--unknown-name", "refuse");
        Assert.That(await VisitAsync(proxy, "-servername", "www.example.org"), Does.Contain("CN = client").And.Contain("hello"));
        Assert.That(await VisitAsync(proxy, "-servername", "www.example.net"), Does.Contain("unrecognized name").And.Not.Contain("hello"));
    }

    [Test]
    public async Task Clients_without_a_certificate_are_let_in_where_it_is_optional_and_refused_where_not()
    {
        using PlainServer target = Greeter();
        using (ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--ca", Pki.AuthorityFile, "--client-cert-optional"))
        {
            Assert.That(await VisitAsync(proxy), Does.Contain("hello"));
            Assert.That(await VisitAsync(proxy, "-cert", Pki.ClientFile, "-key", Pki.ClientKeyFile), Does.Contain("hello"));
        }

        using ProxyProcess strict = await ProxyProcess.TerminateAsync(target.Port, "--ca", Pki.AuthorityFile);
        Assert.That(await VisitAsync(strict), Does.Not.Contain("hello"));
    }

    [Test]
    public async Task Clients_are_known_by_a_pre_shared_key_and_served_by_threads_for_handshakes()
    {
        string keys = Pki.NewFile(".psk");
        string secret = new('a', 64);
        await File.WriteAllTextAsync(keys, $"sensor:{secret}\n");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using PlainServer target = Greeter();
        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--psk-file", keys, "--handshake-workers", "2");

        // A server with a certificate chooses the cipher first, and these go with the key.
        Assert.That(await VisitAsync(proxy, "-psk", secret, "-psk_identity", "sensor", "-cipher", "ECDHE-PSK-CHACHA20-POLY1305", "-ciphersuites", "TLS_AES_128_GCM_SHA256"), Does.Contain("hello").And.Contain("no peer certificate available"));
    }

    [Test]
    public async Task Sessions_are_kept_as_the_options_say()
    {
        using PlainServer target = Greeter();
        string session = Pki.NewFile(".pem");
        using (ProxyProcess none = await ProxyProcess.TerminateAsync(target.Port, "--session-tickets", "0", "--openssl-command", "Options=-SessionTicket"))
        {
            _ = await VisitAsync(none, "-sess_out", session);
            if (version == "-tls1_3") Assert.That(File.Exists(session), Is.False, "no ticket, no session");
        }

        using ProxyProcess proxy = await ProxyProcess.TerminateAsync(target.Port, "--loops", "3", "--shared-sessions", "100");
        Assert.That(await VisitAsync(proxy, "-sess_out", session), Does.Contain("New, "));
        for (int i = 0; i < 4; i++) Assert.That(await VisitAsync(proxy, "-sess_in", session), Does.Contain("Reused, "), "at any loop");
    }

    private static PlainServer Greeter() => PlainServer.Start(async socket => await PlainServer.SendAsync(socket, "hello"u8.ToArray()));

    // All that s_client says until the end of what the target sends.
    private async Task<string> VisitAsync(ProxyProcess proxy, params string[] options)
    {
        using RunningProcess client = RunningProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{proxy.Port}", version, "-CAfile", Pki.AuthorityFile, .. options]);
        await client.WaitForExitAsync();
        return client.Output.Text + client.Error.Text;
    }
}
