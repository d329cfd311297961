using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Whoever refuses the peer's certificate may say with which alert (RFC 8446 §6.2), as far as OpenSSL has an error for it.</summary>
[TestFixture(TlsProtocol.Tls12, false)]
[TestFixture(TlsProtocol.Tls12, true)]
[TestFixture(TlsProtocol.Tls13, false)]
[TestFixture(TlsProtocol.Tls13, true)]
public sealed class RefusalAlertTests(TlsProtocol protocol, bool later) : HandshakeQuestions(protocol, later)
{
    private const int HandshakeFailure = 40;

    [TestCase(42)]
    [TestCase(43)]
    [TestCase(44)]
    [TestCase(45)]
    [TestCase(46)]
    [TestCase(48)]
    [TestCase(51)]
    [TestCase(80)]
    [TestCase(49, HandshakeFailure, TestName = "{m}_but_for_those_that_OpenSSL_has_no_error_for")]
    public async Task A_client_refuses_its_server_with_the_alert_that_it_names(byte alert, int? seen = null)
    {
        using TlsContext server = Server(new TlsServerOptions { Certificate = First });
        using TlsContext client = Client(new TlsClientOptions { Trust = Root.Trust, VerifyPeer = _ => RefuseAsync<bool>(new TlsAlertException(alert, "not this one")) });
        using var pair = new MachinePair(server, client);
        if (!pair.Client.Instance.OpenSslWaitsForVerdicts) Assert.Ignore("this OpenSSL does not wait for verdicts of clients");
        (CloseOutcome? atServer, CloseOutcome? atClient) = await SettleAsync(pair, SslWant.VerifyRetry, pair.Client);
        Assert.That((atClient!.Reason, atClient.AlertSent), Is.EqualTo((CloseReason.CallbackFailed, seen ?? alert)));
        Assert.That(atClient.Exception!.Message, Is.EqualTo("not this one"));
        Assert.That(atServer!.AlertReceived, Is.EqualTo(seen ?? alert));
    }
}
