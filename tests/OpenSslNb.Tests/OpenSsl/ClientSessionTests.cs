using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>What a client remembers, for whom, how often and how much of it; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class ClientSessionTests(TlsProtocol protocol)
{
    private readonly TestAuthority _root = new();
    private TlsContext _server = null!;

    [SetUp]
    public void Begin() => _server = Server();

    [TearDown]
    public void Stop() => _server.Dispose();

    [OneTimeTearDown]
    public void End() => _root.Dispose();

    [Test]
    public void The_second_connection_is_resumed_and_so_are_those_after_it()
    {
        using TlsContext client = Client(10);
        Assert.That(IsResumed(_server, client), Is.False);
        for (int i = 0; i < 3; i++) Assert.That(IsResumed(_server, client), Is.True);
    }

    [Test]
    public void Nothing_is_remembered_unless_asked_for()
    {
        using TlsContext client = Client(0);
        for (int i = 0; i < 2; i++) Assert.That(IsResumed(_server, client), Is.False);
        Assert.That(client.SessionCount, Is.Zero);
        Assert.Throws<InvalidOperationException>(() => client.ExportSessions());
        Assert.Throws<InvalidOperationException>(() => client.ImportSessions([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Client(-1).Dispose());
    }

    [Test]
    public void A_session_of_TLS_1_3_is_offered_once()
    {
        using TlsContext client = Client(10);
        _ = IsResumed(_server, client);
        int remembered = client.SessionCount;
        using (new MachinePair(_server, client))
        {
            // Offered, though nothing came of it.
            Assert.That(client.SessionCount, Is.EqualTo(protocol == TlsProtocol.Tls13 ? remembered - 1 : remembered));
        }
    }

    [Test]
    public void Peers_are_told_apart()
    {
        using TlsContext client = Client(10);
        Assert.That(IsResumed(_server, client, "a.example"), Is.False);
        Assert.That(IsResumed(_server, client, "b.example"), Is.False);
        Assert.That(IsResumed(_server, client, "a.example"), Is.True);
    }

    [Test]
    public void The_oldest_is_forgotten_first_and_all_when_asked()
    {
        using TlsContext client = Client(2);
        foreach (string peer in new[] { "a.example", "b.example", "c.example" }) Assert.That(IsResumed(_server, client, peer), Is.False);
        Assert.That(client.SessionCount, Is.EqualTo(2));
        Assert.That(IsResumed(_server, client, "c.example"), Is.True);
        Assert.That(IsResumed(_server, client, "a.example"), Is.False);
        client.ForgetSessions();
        Assert.That(client.SessionCount, Is.Zero);
        Assert.That(IsResumed(_server, client, "c.example"), Is.False);
    }

    [Test]
    public void A_server_that_has_lost_its_keys_makes_a_full_handshake()
    {
        using TlsContext client = Client(10);
        Assert.That(IsResumed(_server, client), Is.False);
        using TlsContext restarted = Server();
        Assert.That(IsResumed(restarted, client), Is.False);
        Assert.That(IsResumed(restarted, client), Is.True);
    }

    [Test]
    public void Sessions_go_from_one_run_of_a_program_to_the_next()
    {
        byte[] saved;
        using (TlsContext first = Client(10))
        {
            _ = IsResumed(_server, first);
            saved = first.ExportSessions();
        }

        using TlsContext second = Client(10);
        Assert.That(second.ImportSessions(saved), Is.EqualTo(1));
        Assert.That(IsResumed(_server, second), Is.True);
    }

    [Test]
    public void Sessions_of_a_context_that_demands_less_of_servers_are_left_out()
    {
        using var other = new TestAuthority("another root");
        string pin;
        using (TlsCertificate certificate = _root.Issue(["pinned.example"]).Load()) pin = certificate.PublicKeyPin;
        byte[] saved;
        using (TlsContext careless = Client(10, options => options with { DangerouslyAcceptAnyPeerCertificate = true }))
        {
            _ = IsResumed(_server, careless);
            saved = careless.ExportSessions();
        }

        using (TlsContext strict = Client(10)) Assert.That(strict.ImportSessions(saved), Is.Zero, "of one that verified nothing");
        using (TlsContext first = Client(10))
        {
            _ = IsResumed(_server, first);
            saved = first.ExportSessions();
        }

        Func<TlsClientOptions, TlsClientOptions>[] demands =
        [
            options => options with { Trust = other.Trust },
            options => options with { Trust = _root.Trust.WithPartialChains() },
            options => options with { Trust = _root.Trust.WithRevocationLists(_root.RevocationList(DateTimeOffset.UtcNow.AddDays(1))) },
            options => options with { PinnedKeys = [pin] },
            options => options with { Stapling = StaplePolicy.Require },
        ];
        foreach (Func<TlsClientOptions, TlsClientOptions> demand in demands)
        {
            using TlsContext another = Client(10, demand);
            Assert.That((another.ImportSessions(saved), another.SessionCount), Is.EqualTo((0, 0)));
        }

        using TlsContext same = Client(10);
        Assert.That(same.ImportSessions(saved), Is.EqualTo(1));
    }

    [Test]
    public void A_client_that_has_been_revoked_since_does_not_get_in_by_an_old_session()
    {
        IssuedCertificate issued = _root.Issue(["client"]);
        TlsTrust before = _root.Trust.WithRevocationLists(_root.RevocationList(DateTimeOffset.UtcNow.AddDays(1)));
        TlsTrust after = _root.Trust.WithRevocationLists(_root.RevocationList(DateTimeOffset.UtcNow.AddDays(1), issued));
        var options = (TlsServerOptions)_server.Options;
        using TlsContext first = TlsContext.CreateServer(options with { ClientTrust = before });
        using TlsContext renewed = TlsContext.CreateServer(options with { ClientTrust = after, TicketKeysOf = first });
        using TlsContext same = TlsContext.CreateServer(options with { ClientTrust = before, TicketKeysOf = first });
        using TlsCertificate certificate = issued.Load();
        using TlsContext client = Client(10, own => own with { Certificate = certificate });
        Assert.That(IsResumed(first, client), Is.False);
        Assert.That(IsResumed(same, client), Is.True, "nothing has changed");
        using var pair = new MachinePair(renewed, client, "localhost");
        Assert.That(pair.Settle().Server?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void What_was_not_exported_is_not_imported_not_even_in_part()
    {
        using TlsContext client = Client(10);
        _ = IsResumed(_server, client);
        _ = IsResumed(_server, client, "other.example");
        byte[] saved = client.ExportSessions();
        client.ForgetSessions();
        int whole = 0;
        int refused = 0;
        for (int length = 0; length < saved.Length; length++)
        {
            byte[] part = saved[..length];
            try
            {
                // A cut between two sessions, or behind the head, leaves something whole.
                whole += client.ImportSessions(part);
            }
            catch (FormatException)
            {
                refused++;
            }

            Assert.That(client.SessionCount, Is.EqualTo(whole), $"the first {length} bytes");
        }

        Assert.That(whole, Is.EqualTo(1), "the first of the two");
        Assert.That(refused, Is.EqualTo(saved.Length - 2));
        byte[] garbage = [.. saved[..40], .. new byte[200]];
        Assert.Throws<FormatException>(() => client.ImportSessions(garbage));
        Assert.That(client.SessionCount, Is.EqualTo(1));
    }

    [Test]
    public void A_session_that_is_too_old_is_dropped()
    {
        using TlsContext client = Client(10);
        _ = IsResumed(_server, client);
        Assert.That(client.Sessions!.Take("localhost", DateTimeOffset.UtcNow.AddDays(30)), Is.Null);
        Assert.That(client.SessionCount, Is.Zero);
    }

    [Test]
    public void What_comes_after_the_context_has_gone_is_not_kept()
    {
        TlsContext client = Client(10);
        ClientSessions sessions = client.Sessions!;
        using var pair = new MachinePair(_server, client);
        client.Dispose();
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(sessions.Count, Is.Zero);
    }

    private static bool IsResumed(TlsContext server, TlsContext client, string peer = "localhost")
    {
        using var pair = new MachinePair(server, client, peer);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Server.Info!.IsResumed, Is.EqualTo(pair.Client.Info!.IsResumed));

        // In good order: OpenSSL does not resume a session whose connection was broken off (TLS 1.2).
        _ = pair.Client.Shutdown();
        return pair.Client.Info.IsResumed;
    }

    private TlsContext Server() => TlsContext.CreateServer(new TlsServerOptions
    {
        Certificate = _root.Issue(["localhost", "a.example", "b.example", "c.example", "other.example"]).Load(),
        MinimumProtocol = protocol,
        MaximumProtocol = protocol,
    });

    private TlsContext Client(int capacity, Func<TlsClientOptions, TlsClientOptions>? configure = null)
    {
        var options = new TlsClientOptions { Trust = _root.Trust, SessionCacheSize = capacity, MinimumProtocol = protocol, MaximumProtocol = protocol };
        return TlsContext.CreateClient(configure?.Invoke(options) ?? options);
    }
}
