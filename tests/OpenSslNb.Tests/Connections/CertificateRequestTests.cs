using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>A server that asks for the client's certificate after the handshake (RFC 8446 §4.6.2).</summary>
[TestFixtureSource(typeof(CertificateRequestTests), nameof(Worlds))]
public sealed class CertificateRequestTests(World world)
{
    public static IEnumerable<World> Worlds => World.All.Where(world => world.Protocol == TlsProtocol.Tls13);

    private readonly TestAuthority _root = new();
    private Bench _bench = null!;
    private TlsConnection? _accepted;

    [SetUp]
    public void Begin() => _bench = new Bench(world);

    [TearDown]
    public void End() => _bench.Dispose();

    [OneTimeTearDown]
    public void EndAll() => _root.Dispose();

    [Test]
    public async Task The_certificate_comes_when_it_is_asked_for_and_data_goes_on_meanwhile()
    {
        using TlsCertificate certificate = _root.Issue(["client"]).Load();
        using TlsContext client = Client(certificate);
        await using TlsStream stream = await ConnectAsync(Server(), client);
        await EchoAsync(stream);
        Assert.That(_accepted!.Info!.PeerCertificates, Is.Empty);
        Task<IReadOnlyList<ReadOnlyMemory<byte>>> asking = _accepted.RequestCertificateAsync();
        for (int i = 0; i < 5; i++) await EchoAsync(stream);
        IReadOnlyList<ReadOnlyMemory<byte>> certificates = await asking.WaitAsync(Bench.Deadline);
        Assert.That(certificates, Has.Count.EqualTo(1));
        Assert.That(_accepted.Info!.PeerSubject, Is.EqualTo("/CN=issued"));

        // As often as it likes.
        asking = _accepted.RequestCertificateAsync();
        await EchoAsync(stream);
        Assert.That(await asking.WaitAsync(Bench.Deadline), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_certificate_that_nobody_vouches_for_ends_the_connection()
    {
        using TlsContext client = Client(_bench.Certificate);
        await using TlsStream stream = await ConnectAsync(Server(), client);
        await EchoAsync(stream);
        Task asking = _accepted!.RequestCertificateAsync();
        Assert.That(async () => await EchoAsync(stream), Throws.InstanceOf<IOException>());
        Assert.That(async () => await asking.WaitAsync(Bench.Deadline), Throws.InstanceOf<TlsClosedException>());
        Assert.That((await _accepted.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_client_that_has_none_is_let_stay_where_it_is_optional(bool optional)
    {
        using TlsContext client = Client(null);
        await using TlsStream stream = await ConnectAsync(Server(optional), client);
        await EchoAsync(stream);
        Task<IReadOnlyList<ReadOnlyMemory<byte>>> asking = _accepted!.RequestCertificateAsync();
        if (optional)
        {
            await EchoAsync(stream);
            Assert.That(await asking.WaitAsync(Bench.Deadline), Is.Empty);
            return;
        }

        Assert.That(async () => await EchoAsync(stream), Throws.InstanceOf<IOException>());
        Assert.That(async () => await asking.WaitAsync(Bench.Deadline), Throws.InstanceOf<TlsClosedException>());
    }

    [Test]
    public async Task A_client_that_does_not_allow_it_cannot_be_asked()
    {
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options);
        await using TlsStream stream = await ConnectAsync(Server(), client);
        await EchoAsync(stream);
        Assert.That(async () => await _accepted!.RequestCertificateAsync().WaitAsync(Bench.Deadline), Throws.InvalidOperationException);
        await EchoAsync(stream);
        Assert.That(() => stream.Connection.RequestCertificateAsync(), Throws.InvalidOperationException, "a client has nobody to ask");
    }

    [Test]
    public async Task One_question_at_a_time_and_none_of_a_connection_that_has_ended()
    {
        using TlsContext client = Client(null);
        TlsStream stream = await ConnectAsync(Server(optional: true), client);
        await EchoAsync(stream);
        stream.Connection.PauseReading();
        Task first = _accepted!.RequestCertificateAsync();
        Assert.That(() => _accepted.RequestCertificateAsync(), Throws.InvalidOperationException.With.Message.Contain("already"));
        _accepted.Abort();
        Assert.That(async () => await first.WaitAsync(Bench.Deadline), Throws.InstanceOf<TlsClosedException>());
        _ = await _accepted.Closed.WaitAsync(Bench.Deadline);
        Assert.That(async () => await _accepted.RequestCertificateAsync().WaitAsync(Bench.Deadline), Throws.InstanceOf<TlsClosedException>());
        await stream.DisposeAsync();
    }

    [Test]
    public async Task A_client_of_TLS_1_2_is_asked_in_its_handshake()
    {
        using TlsCertificate certificate = _root.Issue(["client"]).Load();
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { Certificate = certificate, MinimumProtocol = TlsProtocol.Tls12, MaximumProtocol = TlsProtocol.Tls12 });
        await using TlsStream stream = await ConnectAsync(TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { ClientTrust = _root.Trust, ClientCertificateOnRequest = true, MinimumProtocol = TlsProtocol.Tls12 }), client);
        await EchoAsync(stream);
        Assert.That(_accepted!.Info!.PeerCertificates, Has.Count.EqualTo(1));
        Assert.That(() => _accepted.RequestCertificateAsync(), Throws.InvalidOperationException.With.Message.Contain("TLS 1.3"));
    }

    [Test]
    public void It_needs_to_be_known_whose_certificates_are_good()
    {
        Assert.That(() => TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { ClientCertificateOnRequest = true }).Dispose(), Throws.ArgumentException.With.Message.Contain("ClientTrust"));
    }

    private static async Task EchoAsync(TlsStream stream)
    {
        byte[] answer = new byte[3];
        await stream.WriteAsync("abc"u8.ToArray());
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Bench.Deadline);
    }

    private TlsContext Server(bool optional = false) =>
        TlsContext.CreateServer((TlsServerOptions)_bench.Server.Options with { ClientTrust = _root.Trust, ClientCertificateOnRequest = true, ClientCertificateIsOptional = optional });

    private TlsContext Client(TlsCertificate? certificate) =>
        TlsContext.CreateClient((TlsClientOptions)_bench.Client.Options with { Certificate = certificate, AllowPostHandshakeAuthentication = true });

    private async Task<TlsStream> ConnectAsync(TlsContext server, TlsContext client)
    {
        using TlsContext owned = server;
        using TlsListener listener = TlsListener.Start(_bench.Loop, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), server, connection =>
        {
            _accepted = connection;
            return new EchoHandler();
        }, new TlsListenerOptions { Connection = _bench.Connection });
        return await TlsStream.ConnectAsync(_bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { Connection = _bench.Connection }).WaitAsync(Bench.Deadline);
    }
}
