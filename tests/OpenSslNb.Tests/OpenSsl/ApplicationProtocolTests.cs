using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Application protocols (ALPN): by the server's preference, and what happens when there is no common one.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class ApplicationProtocolTests(TlsProtocol protocol)
{
    private const int NoApplicationProtocol = 120;

    private readonly TestAuthority _root = new();

    [OneTimeTearDown]
    public void End() => _root.Dispose();

    [Test]
    public void The_servers_preference_decides()
    {
        (CloseOutcome? fault, string? agreed) = Meet(["h2", "http/1.1"], ["http/1.1", "h2"], ApplicationProtocolMismatch.Refuse);
        Assert.That((fault, agreed), Is.EqualTo(((CloseOutcome?)null, "h2")));
    }

    [Test]
    public void A_client_with_other_protocols_is_refused_with_the_alert_for_it()
    {
        (CloseOutcome? fault, _) = Meet(["h2"], ["smtp"], ApplicationProtocolMismatch.Refuse);
        Assert.That((fault!.Reason, fault.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, NoApplicationProtocol)));
    }

    [Test]
    public void Or_served_without_one_if_the_server_does_not_mind()
    {
        (CloseOutcome? fault, string? agreed) = Meet(["h2"], ["smtp"], ApplicationProtocolMismatch.Ignore);
        Assert.That((fault, agreed), Is.EqualTo(((CloseOutcome?)null, (string?)null)));
    }

    [Test]
    public void A_client_that_offers_none_is_served_without_one()
    {
        (CloseOutcome? fault, string? agreed) = Meet(["h2"], [], ApplicationProtocolMismatch.Refuse);
        Assert.That((fault, agreed), Is.EqualTo(((CloseOutcome?)null, (string?)null)));
    }

    private (CloseOutcome? Fault, string? Agreed) Meet(string[] atServer, string[] atClient, ApplicationProtocolMismatch mismatch)
    {
        using TlsCertificate certificate = _root.Issue(["localhost"]).Load();
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, ApplicationProtocols = atServer, ApplicationProtocolMismatch = mismatch, MaximumProtocol = protocol });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust, ApplicationProtocols = atClient });
        using var pair = new MachinePair(server, client);
        CloseOutcome? fault = pair.Settle().Client;
        return (fault, pair.Client.Info?.ApplicationProtocol);
    }
}
