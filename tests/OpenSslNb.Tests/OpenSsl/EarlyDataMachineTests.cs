using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Early data between two machines: what goes when, and what happens when somebody sends it again.</summary>
public sealed class EarlyDataMachineTests
{
    private static readonly byte[] s_request = "GET /once"u8.ToArray();
    private static readonly byte[] s_answer = "200 fine"u8.ToArray();

    private readonly TestAuthority _root = new();
    private IssuedCertificate _issued = null!;

    [OneTimeSetUp]
    public void Begin() => _issued = _root.Issue(["localhost"]);

    [OneTimeTearDown]
    public void End() => _root.Dispose();

    [Test]
    public void The_request_goes_with_the_first_flight_and_the_answer_before_the_client_has_finished()
    {
        using TlsContext server = Server();
        using TlsContext client = ClientWithSession(server);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Client.OfferEarlyData(s_request), Is.True);
        Assert.That(pair.Client.Handshake().Want, Is.EqualTo(SslWant.Read));

        // The first flight alone.
        _ = MachinePair.Carry(pair.Client, pair.Server);
        Assert.That(pair.Server.Handshake().Want, Is.EqualTo(SslWant.Read));
        Assert.That(Early(pair.Server), Is.EqualTo(s_request));
        Assert.That(pair.Server.Write(s_answer).IsDone, Is.True);
        Assert.That(pair.Server.State, Is.EqualTo(ConnectionState.Handshaking));

        // The client has the answer before the server has heard of it again.
        _ = MachinePair.Carry(pair.Server, pair.Client);
        Assert.That(MachinePair.ReadAll(pair.Client).Data, Is.EqualTo(s_answer));
        Assert.That(pair.Client.Info!.EarlyData, Is.EqualTo(TlsEarlyData.Accepted));
        pair.Handshake();
        Assert.That(pair.Server.Info!.EarlyData, Is.EqualTo(TlsEarlyData.Accepted));
        Assert.That(pair.Server.Write(s_request).IsDone, Is.True);
        _ = MachinePair.Carry(pair.Server, pair.Client);
        Assert.That(MachinePair.ReadAll(pair.Client).Data, Is.EqualTo(s_request));
    }

    [TestCase(1)]
    [TestCase(7)]
    public void It_may_come_in_small_pieces(int chunk)
    {
        using TlsContext server = Server();
        using TlsContext client = ClientWithSession(server);
        using var pair = new MachinePair(server, client);
        byte[] much = new byte[9_000];
        Random.Shared.NextBytes(much);
        Assert.That(pair.Client.OfferEarlyData(much), Is.True);
        pair.Handshake(chunk);
        Assert.That(Early(pair.Server), Is.EqualTo(much));
        Assert.That((pair.Server.State, pair.Client.State), Is.EqualTo((ConnectionState.Open, ConnectionState.Open)));
    }

    [Test]
    public void A_recording_is_not_taken_again()
    {
        using TlsContext server = Server();
        Assert.That(TakenFromRecording(server), Is.EqualTo(new[] { s_request.Length, 0 }));
    }

    [Test]
    public void A_recording_is_taken_again_by_those_who_want_no_guard()
    {
        using TlsContext server = Server(new TlsServerOptions { DangerouslyAllowEarlyDataReplay = true });
        Assert.That(TakenFromRecording(server), Is.EqualTo(new[] { s_request.Length, s_request.Length }));
    }

    [Test]
    public void Without_a_session_that_allows_so_much_nothing_is_sent_early()
    {
        using TlsContext server = Server();
        using TlsContext client = Client();
        using (var first = new MachinePair(server, client))
        {
            Assert.That(first.Client.OfferEarlyData(s_request), Is.False, "no session");
            _ = first.Settle();
            Assert.That(first.Client.Info!.EarlyData, Is.EqualTo(TlsEarlyData.None));
        }

        using var second = new MachinePair(server, client);
        Assert.That(second.Client.OfferEarlyData(new byte[16_385]), Is.False, "more than the server takes");
    }

    [Test]
    public void Where_protocol_or_name_are_not_those_of_the_session_nothing_is_sent_early_and_the_handshake_goes_on()
    {
        using TlsContext server = Server(new TlsServerOptions { ApplicationProtocols = ["h2", "http/1.1"] });
        byte[] sessions;
        using (TlsContext first = Client("h2"))
        {
            using var pair = new MachinePair(server, first);
            _ = pair.Settle();
            sessions = first.ExportSessions();
        }

        foreach ((TlsContext client, bool suits) in new[] { (Client("h2"), true), (Client("http/1.1"), false), (Client(), false), (Client(["h2"], TlsProtocol.Tls12), false) })
        {
            using TlsContext own = client;
            own.ImportSessions(sessions);
            using var pair = new MachinePair(server, own);
            Assert.That(pair.Client.OfferEarlyData(s_request), Is.EqualTo(suits));
            Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        }
    }

    [Test]
    public void A_server_that_takes_none_rejects_it_and_goes_on()
    {
        using TlsContext generous = Server();
        using TlsContext client = ClientWithSession(generous);
        using TlsContext other = Server(new TlsServerOptions { MaximumEarlyData = 0 }, takesEarlyData: false);
        using var pair = new MachinePair(other, client);
        Assert.That(pair.Client.OfferEarlyData(s_request), Is.True);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That((pair.Client.Info!.EarlyData, pair.Client.Info.IsResumed), Is.EqualTo((TlsEarlyData.Rejected, false)));
        Assert.That(Early(pair.Server), Is.Empty);
    }

    [Test]
    public void Options_that_do_not_go_together_are_refused()
    {
        Assert.That(() => Server(new TlsServerOptions { MaximumEarlyData = -1 }, takesEarlyData: false).Dispose(), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contain("MaximumEarlyData"));
        Assert.That(() => Server(new TlsServerOptions { DangerouslyAllowEarlyDataReplay = true }, takesEarlyData: false).Dispose(), Throws.ArgumentException.With.Message.Contain("MaximumEarlyData"));
        Assert.That(() => Server(new TlsServerOptions { SessionStore = new MemorySessionStore(1) }).Dispose(), Throws.ArgumentException.With.Message.Contain("SessionStore"));
        using var workers = new TlsWorkers(1);
        Assert.That(() => Server(new TlsServerOptions { HandshakeWorkers = workers }).Dispose(), Throws.ArgumentException.With.Message.Contain("HandshakeWorkers"));
        using TlsContext server = Server();
        using var machine = new SslMachine(server);
        Assert.That(() => machine.OfferEarlyData(s_request), Throws.InvalidOperationException);
    }

    // What two connections take of the same first flight.
    private int[] TakenFromRecording(TlsContext server)
    {
        using TlsContext client = ClientWithSession(server);
        using var recorded = new SslMachine(client, "localhost");
        Assert.That(recorded.OfferEarlyData(s_request), Is.True);
        _ = recorded.Handshake();
        byte[] flight = recorded.Output.ToArray();
        int[] taken = new int[2];
        for (int i = 0; i < taken.Length; i++)
        {
            using var victim = new SslMachine(server);
            victim.Feed(flight);
            Assert.That(victim.Handshake().Want, Is.EqualTo(SslWant.Read), "it answers, and waits for the client's end of the handshake");
            taken[i] = Early(victim).Length;
        }

        return taken;
    }

    private static byte[] Early(SslMachine server)
    {
        byte[] buffer = new byte[32 * 1024];
        return buffer[..server.TakeEarlyData(buffer)];
    }

    private TlsContext ClientWithSession(TlsContext server)
    {
        TlsContext client = Client();
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(client.SessionCount, Is.EqualTo(1));
        return client;
    }

    private TlsContext Server(TlsServerOptions? options = null, bool takesEarlyData = true)
    {
        options ??= new TlsServerOptions();
        using TlsCertificate certificate = _issued.Load();
        return TlsContext.CreateServer(options with { Certificate = certificate, MaximumEarlyData = takesEarlyData ? 16_384 : options.MaximumEarlyData });
    }

    private TlsContext Client(params string[] protocols) => Client(protocols, TlsProtocol.Default);

    private TlsContext Client(string[] protocols, TlsProtocol maximum) => TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust, SessionCacheSize = 10, ApplicationProtocols = protocols, MaximumProtocol = maximum });
}
