using NUnit.Framework;
using OpenSslNb.Engine;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Keys in place of certificates (RFC 7250), between two machines.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class RawPublicKeyTests(TlsProtocol protocol)
{
    private const int CertificateUnknown = 46;
    private const int UnsupportedCertificate = 43;

    private static readonly TlsCertificateType[] s_raw = [TlsCertificateType.RawPublicKey];

    private readonly TlsCertificate _key = RawKeys.Create();
    private readonly TlsCertificate _clientKey = RawKeys.Create();
    private readonly TlsCertificate _certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));

    private TlsServerOptions Server => new() { Certificate = _key, OwnCertificateTypes = s_raw, MinimumProtocol = protocol, MaximumProtocol = protocol };

    private TlsClientOptions Client => new() { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_key.PublicKey], MinimumProtocol = protocol, MaximumProtocol = protocol };

    [SetUp]
    public void Needs_raw_public_keys() => RawKeys.Require();

    [OneTimeTearDown]
    public void Free()
    {
        _key.Dispose();
        _clientKey.Dispose();
        _certificate.Dispose();
    }

    [Test]
    public void A_server_is_known_by_its_key_alone()
    {
        using MachinePair pair = Meet(Server, Client, null);
        Assert.That(pair.Client.Failure, Is.Null);
        TlsConnectionInfo info = pair.Client.Info!;
        Assert.That(info.PeerCertificateType, Is.EqualTo(TlsCertificateType.RawPublicKey));
        Assert.That(info.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_key.PublicKey.SubjectPublicKeyInfo.ToArray()));
        Assert.That(info.VerificationError, Is.Null);
        Assert.That(info.PeerCertificates, Is.Empty);
        Assert.That(pair.Server.Info!.OwnCertificateType, Is.EqualTo(TlsCertificateType.RawPublicKey));
        Assert.That(pair.Server.Info.PeerCertificateType, Is.Null);
    }

    [Test]
    public void A_client_is_known_by_its_key_too()
    {
        using MachinePair pair = Meet(Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_clientKey.PublicKey] }, Client with { Certificate = _clientKey, OwnCertificateTypes = s_raw });
        Assert.That((pair.Server.Failure, pair.Client.Failure), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Server.Info!.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_clientKey.PublicKey.SubjectPublicKeyInfo.ToArray()));
        Assert.That(pair.Client.Info!.OwnCertificateType, Is.EqualTo(TlsCertificateType.RawPublicKey));
    }

    [Test]
    public void Another_key_of_the_server_is_refused()
    {
        using MachinePair pair = Meet(Server, Client with { TrustedPeerKeys = [_clientKey.PublicKey] });
        AssertRefused(pair.Client, pair.Server, CertificateUnknown, "none of TrustedPeerKeys");
    }

    [Test]
    public void Nobody_is_trusted_unless_told()
    {
        using MachinePair pair = Meet(Server, Client with { TrustedPeerKeys = [] });
        AssertRefused(pair.Client, pair.Server, CertificateUnknown, "TrustedPeerKeys has none");
    }

    [Test]
    public void Another_key_of_the_client_is_refused()
    {
        using MachinePair pair = Meet(Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_key.PublicKey] }, Client with { Certificate = _clientKey, OwnCertificateTypes = s_raw });
        AssertRefused(pair.Server, pair.Client, CertificateUnknown, "none of TrustedPeerKeys");
    }

    [Test]
    public void A_client_without_a_key_is_refused_where_one_is_demanded()
    {
        using MachinePair pair = Meet(Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_clientKey.PublicKey] }, Client);
        Assert.That(pair.Server.Failure, Is.Not.Null);
    }

    [Test]
    public void Any_key_is_accepted_where_that_was_said()
    {
        using MachinePair pair = Meet(Server, Client with { TrustedPeerKeys = [], DangerouslyAcceptAnyPeerCertificate = true });
        Assert.That(pair.Client.Failure, Is.Null);
        Assert.That(pair.Client.Info!.VerificationError, Is.Not.Null);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_certificate_is_refused_where_keys_alone_are_accepted(bool acceptsAny)
    {
        TlsClientOptions client = Client with { Trust = TlsTrust.FromPem(_certificate.ExportCertificatePem()), TrustedPeerKeys = acceptsAny ? [] : [_certificate.PublicKey], DangerouslyAcceptAnyPeerCertificate = acceptsAny };
        using MachinePair pair = Meet(Server with { Certificate = _certificate, OwnCertificateTypes = [TlsCertificateType.X509] }, client);
        AssertRefused(pair.Client, pair.Server, UnsupportedCertificate, "raw public keys alone");
    }

    private static void AssertRefused(SslMachine by, SslMachine refused, int alert, string text)
    {
        Assert.That(by.Failure?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(by.Failure!.Exception!.Message, Does.Contain(text));
        Assert.That(by.Failure.AlertSent, Is.EqualTo(alert));
        Assert.That(refused.Failure?.AlertReceived, Is.EqualTo(alert));
    }

    private static MachinePair Meet(TlsServerOptions server, TlsClientOptions client, string? name = "localhost")
    {
        using TlsContext serverContext = TlsContext.CreateServer(server);
        using TlsContext clientContext = TlsContext.CreateClient(client);
        var pair = new MachinePair(serverContext, clientContext, name);
        _ = pair.Settle();
        return pair;
    }
}
