using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Keying material and bindings of connections without I/O.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class SslMachineKeyTests(TlsProtocol protocol)
{
    private TlsCertificate _certificate = null!;
    private TlsContext _server = null!;
    private TlsContext _client = null!;
    private MachinePair _pair = null!;

    [SetUp]
    public void Begin()
    {
        _certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        _server = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, MinimumProtocol = protocol, MaximumProtocol = protocol });
        _client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(_certificate.ExportCertificatePem()) });
        _pair = new MachinePair(_server, _client);
    }

    [TearDown]
    public void End()
    {
        _pair.Dispose();
        _client.Dispose();
        _server.Dispose();
        _certificate.Dispose();
    }

    [Test]
    public void Both_machines_export_the_same_and_another_label_gives_something_else()
    {
        _pair.Handshake();
        byte[] bytes = _pair.Client.ExportKeyingMaterial("EXPERIMENTAL one", 40, new byte[] { 1 });
        Assert.That(bytes, Has.Length.EqualTo(40));
        Assert.That(_pair.Server.ExportKeyingMaterial("EXPERIMENTAL one", 40, new byte[] { 1 }), Is.EqualTo(bytes));
        Assert.That(_pair.Server.ExportKeyingMaterial("EXPERIMENTAL two", 40, new byte[] { 1 }), Is.Not.EqualTo(bytes));
    }

    [Test]
    public void Both_machines_have_the_same_bindings()
    {
        _pair.Handshake();
        foreach (TlsChannelBinding kind in (TlsChannelBinding[])[TlsChannelBinding.Exporter, TlsChannelBinding.ServerEndPoint])
        {
            Assert.That(_pair.Client.GetChannelBinding(kind), Is.EqualTo(_pair.Server.GetChannelBinding(kind)).And.Length.EqualTo(32));
        }

        Assert.That(() => _pair.Client.GetChannelBinding((TlsChannelBinding)9), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Nothing_is_derived_before_the_handshake_has_ended_nor_when_the_connection_is_lost()
    {
        Assert.That(() => _pair.Client.ExportKeyingMaterial("EXPERIMENTAL one", 40), Throws.InvalidOperationException);
        Assert.That(() => _pair.Client.GetChannelBinding(TlsChannelBinding.Exporter), Throws.InvalidOperationException);
        _pair.Handshake();
        Assert.That(() => _pair.Client.ExportKeyingMaterial("", 40), Throws.ArgumentException);
        _pair.Client.FeedEndOfStream();
        _ = MachinePair.ReadAll(_pair.Client);
        Assert.That(_pair.Client.State, Is.EqualTo(ConnectionState.Failed));
        Assert.That(() => _pair.Client.ExportKeyingMaterial("EXPERIMENTAL one", 40), Throws.InvalidOperationException);
    }
}
