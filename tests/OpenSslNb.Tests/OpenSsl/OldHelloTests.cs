using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>A ClientHello in the format of SSL 2.0, which servers of TLS 1.2 may take (RFC 5246 appendix E.2), though never that protocol (RFC 6176).</summary>
public sealed class OldHelloTests
{
    private const byte ServerHello = 2;
    private const byte HandshakeRecord = 22;

    // Its length, ClientHello, TLS 1.2; 6 bytes of ciphers, no session, 16 of challenge: TLS_RSA_WITH_AES_128_GCM_SHA256 and the signal for secure renegotiation.
    private static readonly byte[] s_hello = [0x80, 31, 1, 3, 3, 0, 6, 0, 0, 0, 16, 0, 0, 0x9C, 0, 0, 0xFF, .. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [TestCase(false)]
    [TestCase(true)]
    public void A_server_answers_it_whether_it_keeps_hellos_or_not(bool keeps)
    {
        using var root = new TestAuthority();
        using TlsCertificate certificate = root.Issue(["localhost"], rsaBits: 2048).Load();
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MaximumProtocol = TlsProtocol.Tls12, SecurityLevel = 0, KeepClientHello = keeps });
        using var server = new SslMachine(context);
        server.Feed(s_hello);
        Assert.That(server.Handshake(), Is.EqualTo(SslStep.Blocked(SslWant.Read)));
        Assert.That((server.Output[0], server.Output[5]), Is.EqualTo((HandshakeRecord, ServerHello)));
    }

    [Test]
    public void A_server_whose_application_chooses_by_the_hello_refuses_it()
    {
        using var root = new TestAuthority();
        using TlsCertificate certificate = root.Issue(["localhost"], rsaBits: 2048).Load();
        using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MaximumProtocol = TlsProtocol.Tls12, SelectContext = _ => default });
        using var server = new SslMachine(context);
        server.Feed(s_hello);
        CloseOutcome? failure = server.Handshake().Failure;
        Assert.That((failure!.Reason, failure.AlertSent), Is.EqualTo((CloseReason.CallbackFailed, 50)), failure.ToString());
    }
}
