using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

public sealed class TlsContextTests
{
    private TlsCertificate _certificate = null!;

    [OneTimeSetUp]
    public void Begin() => _certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));

    [OneTimeTearDown]
    public void End() => _certificate.Dispose();

    [Test]
    public void Names_that_OpenSSL_does_not_know_are_refused_and_the_option_is_named()
    {
        Assert.That(Refusal(new TlsClientOptions { CipherList = "NO-SUCH-CIPHER" }), Does.Contain("cipher list 'NO-SUCH-CIPHER'"));
        Assert.That(Refusal(new TlsClientOptions { CipherSuites = "TLS_NO_SUCH_SUITE" }), Does.Contain("TLS 1.3 cipher suites 'TLS_NO_SUCH_SUITE'"));
        Assert.That(Refusal(new TlsClientOptions { Groups = "no-such-group" }), Does.Contain("groups 'no-such-group'"));
    }

    [Test]
    public void A_maximum_below_the_minimum_is_refused()
    {
        var options = new TlsClientOptions { MinimumProtocol = TlsProtocol.Tls13, MaximumProtocol = TlsProtocol.Tls12 };
        Assert.That(Assert.Throws<ArgumentException>(() => TlsContext.CreateClient(options).Dispose())!.Message, Does.Contain("Tls12").And.Contain("Tls13"));
    }

    [Test]
    public void A_protocol_that_does_not_exist_is_refused()
    {
        Assert.That(Refusal(new TlsClientOptions { MinimumProtocol = (TlsProtocol)0x0399 }), Does.Contain("minimum protocol"));
        Assert.That(Refusal(new TlsClientOptions { MaximumProtocol = (TlsProtocol)0x0399 }), Does.Contain("maximum protocol"));
    }

    [Test]
    public void A_server_without_a_certificate_is_refused()
    {
        Assert.That(Assert.Throws<ArgumentException>(() => TlsContext.CreateServer(new TlsServerOptions()))!.Message, Does.Contain("Certificate"));
    }

    [Test]
    public void Trust_that_holds_no_certificate_is_refused_and_its_source_named()
    {
        Assert.That(Refusal(new TlsClientOptions { Trust = TlsTrust.FromPem("nothing"u8) }), Does.Contain("memory holds no PEM certificate"));
        string path = Path.GetTempFileName();
        try
        {
            Assert.That(Refusal(new TlsClientOptions { Trust = TlsTrust.FromPemFile(path) }), Does.Contain(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase("")]
    [TestCase("ünï")]
    public void An_application_protocol_that_cannot_be_said_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => TlsContext.CreateClient(new TlsClientOptions { ApplicationProtocols = ["h2", name] }).Dispose());
        Assert.Throws<ArgumentException>(() => TlsContext.CreateClient(new TlsClientOptions { ApplicationProtocols = [new string('a', 256)] }).Dispose());
    }

    [Test]
    public unsafe void The_defaults_are_safe_on_the_native_context()
    {
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate });
        using TlsContext client = TlsContext.CreateClient();
        foreach (TlsContext context in (TlsContext[])[server, client])
        {
            nint native = context.Handle.Pointer;
            ulong options = LibSsl.SSL_CTX_get_options(native);
            Assert.That(options & SslConst.SSL_OP_NO_COMPRESSION, Is.Not.Zero);
            Assert.That(options & SslConst.SSL_OP_NO_RENEGOTIATION, Is.Not.Zero);
            Assert.That(options & SslConst.SSL_OP_ALLOW_CLIENT_RENEGOTIATION, Is.Zero);

            // Clearing nothing gives the modes that are set.
            int modes = (int)LibSsl.SSL_CTX_clear_mode(native, 0);
            Assert.That(modes & SslConst.SSL_MODE_AUTO_RETRY, Is.Zero);
            Assert.That(modes & SslConst.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, Is.Zero, "OpenSSL polices the pointer of a retry");
            Assert.That(modes & SslConst.SSL_MODE_ENABLE_PARTIAL_WRITE, Is.Zero);
        }
    }

    [Test]
    public unsafe void Renegotiation_is_on_when_it_is_asked_for()
    {
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, AllowRenegotiation = true });
        ulong options = LibSsl.SSL_CTX_get_options(server.Handle.Pointer);
        Assert.That(options & SslConst.SSL_OP_NO_RENEGOTIATION, Is.Zero);
        Assert.That(options & SslConst.SSL_OP_NO_COMPRESSION, Is.Not.Zero);
    }

    [Test]
    public void Versions_below_TLS_1_2_are_not_spoken()
    {
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate });
        using var machine = new SslMachine(server);

        // A ClientHello of TLS 1.1 without supported_versions: RFC 4346 §7.4.1.2.
        byte[] hello = [3, 2, .. new byte[32], 0, 0, 4, 0xC0, 0x09, 0xC0, 0x13, 1, 0];
        machine.Feed([22, 3, 1, 0, (byte)(hello.Length + 4), 1, 0, 0, (byte)hello.Length, .. hello]);
        SslStep step = machine.Handshake();
        Assert.That(step.Kind, Is.EqualTo(SslStepKind.Failed));
        Assert.That(step.Failure!.Reason, Is.EqualTo(CloseReason.ProtocolError));
        Assert.That(step.Failure.AlertSent, Is.EqualTo(70), "protocol_version");
    }

    [Test]
    public void A_context_may_be_disposed_while_its_machines_live()
    {
        int before = NativeLive.Context;
        TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, ApplicationProtocols = ["h2"] });
        TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(_certificate.ExportCertificatePem()), ApplicationProtocols = ["h2"] });
        using (var pair = new MachinePair(server, client))
        {
            server.Dispose();
            server.Dispose();
            client.Dispose();
            pair.Handshake();
            Assert.That(pair.Client.Info!.ApplicationProtocol, Is.EqualTo("h2"), "the callbacks' memory lives too");
            Assert.That(NativeLive.Context, Is.EqualTo(before + 2));
        }

        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    [Test]
    public void A_certificate_may_be_disposed_once_a_context_is_made_of_it()
    {
        TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        var trust = TlsTrust.FromPem(certificate.ExportCertificatePem());
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        certificate.Dispose();
        certificate.Dispose();
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = trust });
        using var pair = new MachinePair(server, client);
        pair.Handshake();
        Assert.That(pair.Client.State, Is.EqualTo(ConnectionState.Open));
    }

    private static string Refusal(TlsClientOptions options) => Assert.Throws<OpenSslException>(() => TlsContext.CreateClient(options).Dispose())!.Message;
}
