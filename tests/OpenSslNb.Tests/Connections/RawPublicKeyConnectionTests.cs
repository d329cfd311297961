using System.Net;
using NUnit.Framework;
using OpenSslNb.Testing;
using OpenSslNb.Tests.OpenSsl;

namespace OpenSslNb.Tests.Connections;

/// <summary>Connections whose sides are known by their keys alone (RFC 7250), on each transport and poller.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class RawPublicKeyConnectionTests(World world)
{
    private static readonly TlsCertificateType[] s_raw = [TlsCertificateType.RawPublicKey];

    private readonly TlsCertificate _serverKey = RawKeys.Create();
    private readonly TlsCertificate _clientKey = RawKeys.Create();
    private Bench _bench = null!;
    private TlsConnection? _accepted;

    [SetUp]
    public void Begin()
    {
        RawKeys.Require();
        _bench = new Bench(world);
    }

    [TearDown]
    public void End() => _bench?.Dispose();

    [OneTimeTearDown]
    public void EndAll()
    {
        _serverKey.Dispose();
        _clientKey.Dispose();
    }

    [Test]
    public async Task Data_goes_both_ways_between_those_who_know_each_others_keys()
    {
        await using TlsStream stream = await ConnectAsync(Server(_clientKey), Client(_serverKey));
        await EchoAsync(stream);
        Assert.That(stream.Connection.Info!.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_serverKey.PublicKey.SubjectPublicKeyInfo.ToArray()));
        Assert.That(_accepted!.Info!.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_clientKey.PublicKey.SubjectPublicKeyInfo.ToArray()));
        foreach (TlsConnection side in (TlsConnection[])[stream.Connection, _accepted])
        {
            Assert.That(async () => await side.GetChannelBindingAsync(TlsChannelBinding.ServerEndPoint), Throws.InvalidOperationException.With.Message.Contains("raw public key"));
        }

        Assert.That(await stream.Connection.GetChannelBindingAsync(TlsChannelBinding.Exporter), Is.EqualTo(await _accepted.GetChannelBindingAsync(TlsChannelBinding.Exporter)));
    }

    [Test]
    public void A_server_with_another_key_is_not_connected_to() =>
        Assert.That(async () => await (await ConnectAsync(Server(_clientKey), Client(_clientKey))).DisposeAsync(), Throws.InstanceOf<TlsConnectException>().With.Message.Contains("TrustedPeerKeys"));

    [Test]
    public async Task A_client_with_another_key_is_not_served()
    {
        try
        {
            await using TlsStream stream = await ConnectAsync(Server(_serverKey), Client(_serverKey));
            Assert.That(async () => await EchoAsync(stream), Throws.InstanceOf<IOException>());
        }
        catch (TlsConnectException e)
        {
            Assert.That(e.Message, Does.Contain("unknown"));
        }

        CloseOutcome outcome = await _accepted!.Closed.WaitAsync(Bench.Deadline);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public async Task The_clients_key_may_come_when_it_is_asked_for()
    {
        if (world.Protocol == TlsProtocol.Tls12) Assert.Ignore("TLS 1.2 asks in the handshake alone");
        await using TlsStream stream = await ConnectAsync(Server(_clientKey) with { ClientCertificateOnRequest = true }, Client(_serverKey) with { AllowPostHandshakeAuthentication = true });
        await EchoAsync(stream);
        Assert.That(_accepted!.Info!.PeerCertificateType, Is.Null);
        Task<IReadOnlyList<ReadOnlyMemory<byte>>> asking = _accepted.RequestCertificateAsync();
        await EchoAsync(stream);
        Assert.That(await asking.WaitAsync(Bench.Deadline), Is.Empty, "it is no certificate");
        Assert.That(_accepted.Info!.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_clientKey.PublicKey.SubjectPublicKeyInfo.ToArray()));
    }

    private TlsServerOptions Server(TlsCertificate trusted) => new()
    {
        Certificate = _serverKey,
        OwnCertificateTypes = s_raw,
        PeerCertificateTypes = s_raw,
        TrustedPeerKeys = [trusted.PublicKey],
        MinimumProtocol = world.Protocol,
        MaximumProtocol = world.Protocol,
    };

    private TlsClientOptions Client(TlsCertificate trusted) => new()
    {
        Certificate = _clientKey,
        OwnCertificateTypes = s_raw,
        PeerCertificateTypes = s_raw,
        TrustedPeerKeys = [trusted.PublicKey],
        MinimumProtocol = world.Protocol,
        MaximumProtocol = world.Protocol,
    };

    private async Task<TlsStream> ConnectAsync(TlsServerOptions serverOptions, TlsClientOptions clientOptions)
    {
        using TlsContext server = TlsContext.CreateServer(serverOptions);
        using TlsContext client = TlsContext.CreateClient(clientOptions);
        TlsListener listener = TlsListener.Start(_bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), server, Accept, new TlsListenerOptions { Connection = _bench.Connection });
        return await TlsStream.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { Connection = _bench.Connection }).WaitAsync(Bench.Deadline);
    }

    private TlsConnectionHandler Accept(TlsConnection connection)
    {
        _accepted = connection;
        return new EchoHandler();
    }

    private static async Task EchoAsync(TlsStream stream)
    {
        byte[] data = new byte[1000];
        Random.Shared.NextBytes(data);
        await stream.WriteAsync(data).AsTask().WaitAsync(Bench.Deadline);
        byte[] back = new byte[data.Length];
        await stream.ReadExactlyAsync(back).AsTask().WaitAsync(Bench.Deadline);
        Assert.That(back, Is.EqualTo(data));
    }
}
