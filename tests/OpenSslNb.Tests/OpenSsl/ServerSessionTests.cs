using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Sessions that a server keeps: in its context, or in a store of the application's that several contexts share and that may answer later.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class ServerSessionTests(TlsProtocol protocol)
{
    private readonly TestAuthority _root = new();
    private IssuedCertificate _issued = null!;

    [OneTimeSetUp]
    public void Begin() => _issued = _root.Issue(["localhost"]);

    [OneTimeTearDown]
    public void End() => _root.Dispose();

    [Test]
    public void Two_contexts_with_one_store_resume_each_others_sessions()
    {
        var store = new MemorySessionStore(10);
        using TlsContext first = Server(new TlsServerOptions { SessionStore = store });
        using TlsContext second = Server(new TlsServerOptions { SessionStore = store });
        using TlsContext client = Client();
        Assert.That(IsResumed(first, client), Is.False);
        Assert.That(store.Count, Is.EqualTo(1));
        Assert.That(IsResumed(second, client), Is.True);
        Assert.That(IsResumed(first, client), Is.True);
    }

    [Test]
    public void What_the_store_does_not_know_is_a_full_handshake()
    {
        using TlsContext first = Server(new TlsServerOptions { SessionStore = new MemorySessionStore(10) });
        using TlsContext second = Server(new TlsServerOptions { SessionStore = new MemorySessionStore(10) });
        using TlsContext client = Client();
        Assert.That((IsResumed(first, client), IsResumed(second, client)), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task The_store_may_answer_later()
    {
        var store = new SlowStore();
        using TlsContext server = Server(new TlsServerOptions { SessionStore = store });
        using TlsContext client = Client();
        Assert.That(IsResumed(server, client), Is.False);
        store.Later = new TaskCompletionSource();
        using var pair = new MachinePair(server, client);
        pair.Handshake();
        Assert.That(pair.Server.WantOf(SslOperation.Handshake), Is.EqualTo(SslWant.ClientHello));
        Assert.That(pair.Server.WaitForAnswerAsync().IsCompleted, Is.False);
        store.Later.SetResult();
        await pair.Server.WaitForAnswerAsync().WaitAsync(Bench.Deadline);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Server.Info!.IsResumed, Is.True);
    }

    [Test]
    public void A_store_that_throws_ends_the_connection_with_that_exception()
    {
        var store = new SlowStore();
        using TlsContext server = Server(new TlsServerOptions { SessionStore = store });
        using TlsContext client = Client();
        Assert.That(IsResumed(server, client), Is.False);
        store.Fault = new IOException("the store is on fire");
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle().Server!.Exception, Is.SameAs(store.Fault));
    }

    [Test]
    public void What_is_no_session_is_a_full_handshake()
    {
        var store = new SlowStore { Corrupt = true };
        using TlsContext server = Server(new TlsServerOptions { SessionStore = store });
        using TlsContext client = Client();
        Assert.That((IsResumed(server, client), IsResumed(server, client)), Is.EqualTo((false, false)));
        Assert.That(store.Asked, Is.EqualTo(1), "the first had nothing to ask for");
    }

    [Test]
    public void After_a_fatal_alert_a_session_is_forgotten()
    {
        var store = new MemorySessionStore(10);
        using TlsContext server = Server(new TlsServerOptions { SessionStore = store });
        using TlsContext client = Client();
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(store.Count, Is.EqualTo(1));

        // A record that nobody has encrypted.
        pair.Server.Feed([23, 3, 3, 0, 32, .. new byte[32]]);
        Assert.That(pair.Server.Read(new byte[100]).Kind, Is.EqualTo(SslStepKind.Failed));
        Assert.That(store.Count, Is.Zero);
    }

    [TestCase("store")]
    [TestCase("cache")]
    [TestCase("early data")]
    public void A_client_that_goes_without_a_word_may_come_back(string kept)
    {
        using TlsContext server = Server(kept switch
        {
            "store" => new TlsServerOptions { SessionStore = new MemorySessionStore(10) },
            "cache" => new TlsServerOptions { SessionCacheSize = 10, OpenSslCommands = [new("Options", "-SessionTicket")] },
            _ => new TlsServerOptions { MaximumEarlyData = 1000 },
        });
        using TlsContext client = Client();
        using (var pair = new MachinePair(server, client))
        {
            Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
            pair.Server.FeedEndOfStream();
            Assert.That(pair.Server.Read(new byte[100]).Failure!.Reason, Is.EqualTo(CloseReason.Truncated));
            Assert.That(pair.Server.Failure!.AlertSent, Is.Null);
        }

        Assert.That(IsResumed(server, client), Is.True);
    }

    [Test]
    public void A_context_keeps_sessions_for_clients_without_tickets()
    {
        using TlsContext server = Server(new TlsServerOptions { SessionCacheSize = 10, OpenSslCommands = [new("Options", "-SessionTicket")] });
        using TlsContext client = Client();
        for (int i = 0; i < 3; i++) Assert.That(IsResumed(server, client), Is.EqualTo(i > 0));
    }

    [Test]
    public void Without_tickets_and_without_a_cache_nothing_is_resumed()
    {
        using TlsContext server = Server(new TlsServerOptions { OpenSslCommands = [new("Options", "-SessionTicket")] });
        using TlsContext client = Client();
        for (int i = 0; i < 3; i++) Assert.That(IsResumed(server, client), Is.False);
    }

    [Test]
    public void Options_that_do_not_go_together_are_refused()
    {
        var store = new MemorySessionStore(1);
        var keys = new RandomTicketKeys();
        Assert.That(() => Server(new TlsServerOptions { SessionStore = store, SessionCacheSize = 1 }).Dispose(), Throws.ArgumentException.With.Message.Contain("SessionCacheSize"));
        Assert.That(() => Server(new TlsServerOptions { SessionStore = store, TicketKeys = keys }).Dispose(), Throws.ArgumentException.With.Message.Contain("TicketKeys"));
        Assert.That(() => Server(new TlsServerOptions { SessionCacheSize = -1 }).Dispose(), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new MemorySessionStore(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static bool IsResumed(TlsContext server, TlsContext client)
    {
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Client.Info!.IsResumed, Is.EqualTo(pair.Server.Info!.IsResumed));
        return pair.Server.Info.IsResumed;
    }

    private TlsContext Server(TlsServerOptions options)
    {
        using TlsCertificate certificate = _issued.Load();
        return TlsContext.CreateServer(options with { Certificate = certificate, MinimumProtocol = protocol, MaximumProtocol = protocol });
    }

    private TlsContext Client() => TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust, SessionCacheSize = 10, MaximumProtocol = protocol });

    private sealed class SlowStore : ITlsSessionStore
    {
        private readonly MemorySessionStore _inner = new(10);

        public TaskCompletionSource? Later { get; set; }

        public Exception? Fault { get; set; }

        public bool Corrupt { get; init; }

        public int Asked { get; private set; }

        public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(ReadOnlyMemory<byte> id)
        {
            Asked++;
            if (Later is not null) await Later.Task;
            if (Fault is not null) throw Fault;
            return Corrupt ? new byte[] { 1, 2, 3 } : await _inner.FindAsync(id);
        }

        public void Add(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> session, TimeSpan lifetime) => _inner.Add(id, session, lifetime);

        public void Remove(ReadOnlyMemory<byte> id) => _inner.Remove(id);
    }
}

/// <summary>The store for the loops of a process.</summary>
public sealed class MemorySessionStoreTests
{
    private static readonly byte[] s_session = [9];

    [Test]
    public async Task It_is_bounded_and_the_oldest_goes_first()
    {
        var store = new MemorySessionStore(2);
        for (byte i = 0; i < 3; i++) store.Add(new byte[] { i }, s_session, TimeSpan.FromHours(1));
        Assert.That(store.Count, Is.EqualTo(2));
        Assert.That(await store.FindAsync(new byte[] { 0 }), Is.Null);
        Assert.That((await store.FindAsync(new byte[] { 1 }))!.Value.ToArray(), Is.EqualTo(s_session));
    }

    [Test]
    public async Task A_session_ends_by_the_clock_and_by_removal()
    {
        var clock = new ManualClock();
        var store = new MemorySessionStore(10, clock);
        store.Add(new byte[] { 1 }, s_session, TimeSpan.FromSeconds(10));
        store.Add(new byte[] { 2 }, s_session, TimeSpan.FromSeconds(20));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await store.FindAsync(new byte[] { 1 }), Is.Null);
        Assert.That(store.Count, Is.EqualTo(1));
        store.Remove(new byte[] { 2 });
        store.Remove(new byte[] { 2 });
        Assert.That(store.Count, Is.Zero);
    }
}
