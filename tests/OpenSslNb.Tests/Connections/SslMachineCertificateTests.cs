using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>A machine that asks for the client's certificate after the handshake (RFC 8446 §4.6.2).</summary>
public sealed class SslMachineCertificateTests
{
    private readonly TestAuthority _root = new();
    private readonly byte[] _buffer = new byte[4096];
    private TlsCertificate _identity = null!;

    [OneTimeSetUp]
    public void Begin() => _identity = _root.Issue(["localhost"]).Load();

    [OneTimeTearDown]
    public void End()
    {
        _identity.Dispose();
        _root.Dispose();
    }

    [Test]
    public void The_certificate_comes_between_data_and_may_be_asked_for_again()
    {
        using MachinePair pair = Connect(Server(), Client(allow: true, _identity));
        for (int i = 0; i < 2; i++)
        {
            Assert.That(pair.Server.RequestCertificate().IsDone, Is.True);
            Assert.That(pair.Server.AwaitsCertificate, Is.True);
            Assert.That(pair.Server.RequestCertificate, Throws.InvalidOperationException.With.Message.Contain("already"));
            MachinePair.Carry(pair.Server, pair.Client);
            Assert.That(pair.Client.Read(_buffer).IsBlocked, Is.True);
            pair.Client.Write([7]);
            while (MachinePair.Carry(pair.Client, pair.Server, 1) > 0)
            {
                SslStep step = pair.Server.Read(_buffer);
                Assert.That(step.Kind, Is.Not.EqualTo(SslStepKind.Failed), step.Failure?.ToString());
                if (step.IsDone) Assert.That(pair.Server.AwaitsCertificate, Is.False, "the data is behind the answer");
            }

            Assert.That(pair.Server.AwaitsCertificate, Is.False);
            Assert.That(pair.Server.Info!.PeerCertificates, Is.Not.Empty);
        }
    }

    [Test]
    public void A_client_without_one_is_refused_where_one_is_demanded()
    {
        using MachinePair pair = Connect(Server(), Client(allow: true, null));
        pair.Server.RequestCertificate();
        MachinePair.Carry(pair.Server, pair.Client);
        _ = pair.Client.Read(_buffer);
        MachinePair.Carry(pair.Client, pair.Server);
        Assert.That(pair.Server.Read(_buffer).Failure!.AlertSent, Is.EqualTo(116));
    }

    [Test]
    public void It_cannot_be_asked_of_a_client_that_does_not_allow_it_nor_by_one()
    {
        using MachinePair pair = Connect(Server(), Client(allow: false, _identity));
        Assert.That(pair.Server.RequestCertificate, Throws.InvalidOperationException);
        Assert.That(pair.Server.AwaitsCertificate, Is.False);
        Assert.That(pair.Client.RequestCertificate, Throws.InvalidOperationException.With.Message.Contain("server"));
        pair.Server.Write([1]);
        MachinePair.Carry(pair.Server, pair.Client);
        Assert.That(MachinePair.ReadAll(pair.Client).Data, Is.EqualTo(new byte[] { 1 }), "nothing was spoilt");
    }

    private TlsContext Server() => TlsContext.CreateServer(new TlsServerOptions { Certificate = _identity, MinimumProtocol = TlsProtocol.Tls13, ClientTrust = TlsTrust.FromPem(_root.Pem), ClientCertificateOnRequest = true });

    private TlsContext Client(bool allow, TlsCertificate? certificate) =>
        TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(_root.Pem), Certificate = certificate, AllowPostHandshakeAuthentication = allow });

    private static MachinePair Connect(TlsContext server, TlsContext client)
    {
        using (server)
        using (client)
        {
            var pair = new MachinePair(server, client);
            Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
            return pair;
        }
    }
}
