using System.Security.Cryptography;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Peers that know each other by a key instead of certificates; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class PreSharedKeyTests(TlsProtocol protocol)
{
    private static readonly (CloseOutcome?, CloseOutcome?) s_bothWell = (null, null);

    private readonly TlsPreSharedKey _key = new("sensor 7", RandomNumberGenerator.GetBytes(32));

    [Test]
    public void Both_sides_know_each_other_by_the_key_and_no_certificate_is_needed()
    {
        using TlsContext server = Server(new TlsServerOptions { FindPreSharedKey = identity => identity == _key.Identity ? _key : null });
        using TlsContext client = Client(_key);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(s_bothWell));
        foreach (SslMachine side in new[] { pair.Server, pair.Client })
        {
            Assert.That(side.Info!.PreSharedKeyIdentity, Is.EqualTo("sensor 7"));
            Assert.That(side.Info.IsResumed, Is.False);
            Assert.That(side.Info.PeerSubject, Is.Null);
        }
    }

    [Test]
    public void The_context_that_the_hello_chooses_may_know_the_key_or_no_longer([Values] bool knows)
    {
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext knowing = Server(new TlsServerOptions { Certificate = certificate, FindPreSharedKey = _ => _key });
        using TlsContext plain = Server(new TlsServerOptions { Certificate = certificate });
        using TlsContext server = TlsContext.CreateServer((TlsServerOptions)(knows ? plain : knowing).Options with { SelectContext = _ => new(knows ? knowing : plain) });
        using TlsContext client = Client(_key);
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
        if (knows)
        {
            Assert.That((atServer, atClient), Is.EqualTo(s_bothWell));
            Assert.That(pair.Server.Info!.PreSharedKeyIdentity, Is.EqualTo(_key.Identity));
            return;
        }

        // With TLS 1.2 there is no suite left, with 1.3 a certificate that the client does not trust.
        Assert.That(atClient, Is.Not.Null);
    }

    [Test]
    public void A_wrong_key_is_refused()
    {
        var wrong = new TlsPreSharedKey(_key.Identity, RandomNumberGenerator.GetBytes(32));
        using TlsContext server = Server(new TlsServerOptions { FindPreSharedKey = _ => _key });
        using TlsContext client = Client(wrong);
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
        Assert.That(atServer!.AlertSent, Is.Not.Null);
        Assert.That(atClient!.AlertReceived, Is.EqualTo(atServer.AlertSent));
    }

    [Test]
    public void An_unknown_identity_is_refused_where_there_is_no_certificate()
    {
        using TlsContext server = Server(new TlsServerOptions { FindPreSharedKey = _ => null });
        using TlsContext client = Client(_key);
        using var pair = new MachinePair(server, client);
        (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
        Assert.That((atServer?.Reason, atClient?.Reason), Is.EqualTo(((CloseReason?)CloseReason.ProtocolError, (CloseReason?)CloseReason.ProtocolError)));
    }

    [Test]
    public void A_server_that_does_not_know_the_key_may_show_its_certificate_which_is_verified()
    {
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext server = Server(new TlsServerOptions { Certificate = certificate, FindPreSharedKey = _ => null });
        using (TlsContext trusting = Client(_key, TlsTrust.FromPem(certificate.ExportCertificatePem())))
        {
            using var pair = new MachinePair(server, trusting);
            (CloseOutcome? atServer, CloseOutcome? atClient) = pair.Settle();
            if (protocol == TlsProtocol.Tls12)
            {
                // The client offers suites with pre-shared keys alone, and the server refuses the key that it does not know.
                Assert.That((atServer?.Reason, atClient?.Reason), Is.EqualTo(((CloseReason?)CloseReason.ProtocolError, (CloseReason?)CloseReason.ProtocolError)));
                return;
            }

            Assert.That((atServer, atClient), Is.EqualTo(s_bothWell));
            Assert.That(pair.Client.Info!.PreSharedKeyIdentity, Is.Null);
        }

        using TlsContext distrusting = Client(_key);
        using var refused = new MachinePair(server, distrusting);
        Assert.That(refused.Settle().Client!.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void A_finder_that_throws_ends_the_connection_with_that_exception()
    {
        var fault = new InvalidOperationException("the vault is shut");
        using TlsContext server = Server(new TlsServerOptions { FindPreSharedKey = _ => throw fault });
        using TlsContext client = Client(_key);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle().Server!.Exception, Is.SameAs(fault));
    }

    [Test]
    public void A_key_or_identity_that_cannot_be_is_refused()
    {
        Assert.That(() => new TlsPreSharedKey("a", new byte[15]), Throws.ArgumentException.With.Message.Contain("16 to 256 bytes"));
        Assert.That(() => new TlsPreSharedKey("a", new byte[257]), Throws.ArgumentException.With.Message.Contain("257"));
        Assert.That(() => new TlsPreSharedKey("", new byte[16]), Throws.ArgumentException.With.Message.Contain("1 to 128 bytes"));
        Assert.That(() => new TlsPreSharedKey("a\0b", new byte[16]), Throws.ArgumentException.With.Message.Contain("without a zero"));
        Assert.That(() => new TlsPreSharedKey(new string('ü', 65), new byte[16]), Throws.ArgumentException.With.Message.Contain("130"));
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { PreSharedKey = _key, SessionCacheSize = 1 }).Dispose(), Throws.ArgumentException.With.Message.Contain("SessionCacheSize"));
    }

    private TlsContext Server(TlsServerOptions options) => TlsContext.CreateServer(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });

    private TlsContext Client(TlsPreSharedKey key, TlsTrust? trust = null) => TlsContext.CreateClient(new TlsClientOptions { PreSharedKey = key, Trust = trust, MinimumProtocol = protocol, MaximumProtocol = protocol });
}
