using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>A client with keys of two kinds shows the one that its server can verify; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class ClientCertificateChoiceTests(TlsProtocol protocol)
{
    [TestCase("ECDSA+SHA256", true, "ECDSA+SHA256")]
    [TestCase("ECDSA+SHA256", false, "ECDSA+SHA256")]
    [TestCase("rsa_pss_rsae_sha256", true, "RSA-PSS+SHA256")]
    [TestCase("rsa_pss_rsae_sha256", false, "RSA-PSS+SHA256")]
    public void It_shows_the_one_whose_signature_the_server_knows(string known, bool ecdsaFirst, string used)
    {
        using var keys = new TwoKindsOfKeys(protocol);

        // What a server can verify it says in its own options; of itself it signs with what the client knows.
        using TlsContext server = keys.CreateServer(known);
        using TlsContext client = keys.CreateClient(ecdsaFirst);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Server.Info!.PeerSignatureAlgorithm, Is.EqualTo(used));
    }
}
