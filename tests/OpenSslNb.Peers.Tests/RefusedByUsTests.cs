using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Our client does not like the certificates of others' servers: what we say, and what they make of it.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class RefusedByUsTests(World world) : FeatureFixture(world)
{
    [Test]
    public async Task A_script_hears_what_is_wrong_with_its_certificate([Values] Script script, [Values] Defect defect)
    {
        (string certificate, string key) = Features.WritePair("bad", defect.Make(Features));
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features, new ScriptSettings { Certificate = certificate, Key = key });
        await AssertRefusedAsync(server, Features.Client(), defect);
        await server.Process.Output.WaitForTextAsync("fault ");
        string words = defect switch
        {
            Defect.Expired => "certificate expired",
            Defect.WrongName => "bad certificate",
            Defect.SelfSigned => "unknown ca",
            _ => "unsupported certificate",
        };

        // The code comes before the words.
        await Eventually.BecomesTrue(() => server.Process.Output.Tail.Contains($"alert {words}", StringComparison.OrdinalIgnoreCase), $"the script says: {words}");
    }

    [TestCase(Defect.Expired, "Certificate is expired")]
    [TestCase(Defect.WrongName, "Certificate is bad")]
    [TestCase(Defect.SelfSigned, "CA is unknown")]
    [TestCase(Defect.WrongPurpose, "Certificate is not supported")]
    public async Task Gnutls_serv_hears_what_is_wrong_with_its_certificate(Defect defect, string words)
    {
        (string certificate, string key) = Features.WritePair("bad", defect.Make(Features));
        await using ServerProgram server = await GnutlsPeers.BareServerAsync($"--x509certfile={certificate}", $"--x509keyfile={key}", GnutlsPeers.Priority(World));
        await AssertRefusedAsync(server, Features.Client(), defect);
        await server.Process.Error.WaitForTextAsync("Error in handshake: ");

        // OpenSSL 3 sends this alert of TLS 1.3 in the clear, and GnuTLS takes that for a record which is broken.
        if (World.Protocol == TlsProtocol.Tls12) await server.Process.Output.WaitForTextAsync($"Received alert '{AlertOf(defect)}': {words}");
    }

    private async Task AssertRefusedAsync(ServerProgram server, TlsContext client, Defect defect)
    {
        TlsConnectException refusal = (await Assert.ThrowsAsync<TlsConnectException>(() => Features.ConnectAsync(server, client)))!;
        Assert.That((refusal.Outcome.Reason, refusal.Outcome.AlertSent), Is.EqualTo((CloseReason.VerificationFailed, AlertOf(defect))), refusal.Outcome.ToString());
        Assert.That(refusal.Outcome.Exception!.Message, Does.Match(WordsOf(defect)).IgnoreCase);
    }

    // 1.1.1 has no hyphen there.
    private static string WordsOf(Defect defect) => defect switch
    {
        Defect.Expired => "certificate has expired",
        Defect.WrongName => "hostname mismatch",
        Defect.SelfSigned => "self.signed certificate",
        _ => "certificate purpose",
    };

    private static int AlertOf(Defect defect) => defect switch
    {
        Defect.Expired => 45,
        Defect.WrongName => 42,
        Defect.SelfSigned => 48,
        _ => 43,
    };
}
