using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Ticket keys that change and are shared: whose sessions are resumed, and what happens when there are none; on both protocols.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class TicketKeySourceTests(TlsProtocol protocol)
{
    private TlsCertificate _certificate = null!;
    private TlsContext _client = null!;

    [SetUp]
    public void Begin()
    {
        _certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        _client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(_certificate.ExportCertificatePem()), SessionCacheSize = 10, MinimumProtocol = protocol, MaximumProtocol = protocol });
    }

    [TearDown]
    public void End()
    {
        _client.Dispose();
        _certificate.Dispose();
    }

    [Test]
    public void Servers_with_the_same_keys_resume_each_others_sessions_and_others_do_not()
    {
        var shared = new StandingKeys(TicketKey.Create());
        using TlsContext one = Server(shared);
        using TlsContext other = Server(new StandingKeys(TicketKey.FromBytes(shared.Keys[0].ToBytes())));
        using TlsContext stranger = Server(new StandingKeys(TicketKey.Create()));
        Assert.That(Visit(one), Is.False);
        Assert.That(Visit(other), Is.True);
        Assert.That(Visit(stranger), Is.False);
        Assert.That(Visit(stranger), Is.True, "what it gave itself");
    }

    [Test]
    public void A_key_that_makes_no_tickets_any_more_still_reads_them_and_they_are_replaced()
    {
        TicketKey old = TicketKey.Create();
        TicketKey young = TicketKey.Create();
        var keys = new StandingKeys(old);
        using TlsContext server = Server(keys);
        Assert.That(Visit(server), Is.False);
        keys.Keys = [young, old];
        Assert.That(Visit(server), Is.True, "made with the old one");
        keys.Keys = [young];
        Assert.That(Visit(server), Is.True, "replaced with the young one");
        keys.Keys = [TicketKey.Create()];
        Assert.That(Visit(server), Is.False);
    }

    [Test]
    public void Without_any_key_handshakes_go_on_and_nothing_is_resumed()
    {
        using TlsContext server = Server(new StandingKeys());
        Assert.That(Visit(server), Is.False);
        Assert.That(Visit(server), Is.False);
        if (protocol == TlsProtocol.Tls12) Assert.That(_client.SessionCount, Is.Zero, "the server has said that there is no ticket");
    }

    [Test]
    public void A_source_that_throws_ends_the_connection_with_that_exception()
    {
        var fault = new InvalidOperationException("no keys today");
        using TlsContext server = Server(new FaultyKeys(fault));
        using var pair = new MachinePair(server, _client);
        (CloseOutcome? atServer, _) = pair.Settle();
        Assert.That(atServer!.Exception, Is.SameAs(fault));
    }

    [Test]
    public void Random_keys_change_by_the_clock_and_are_read_for_their_overlap()
    {
        var clock = new ManualClock();
        var keys = new RandomTicketKeys(TimeSpan.FromHours(8), TimeSpan.FromHours(2), clock);
        using TlsContext server = Server(keys);
        TicketKey first = keys.Keys.Single();
        Assert.That(Visit(server), Is.False);
        clock.Advance(TimeSpan.FromHours(8) - TimeSpan.FromSeconds(1));
        Assert.That(keys.Keys, Is.EqualTo(new[] { first }));
        clock.Advance(TimeSpan.FromSeconds(1));
        TicketKey second = keys.Keys[0];
        Assert.That(keys.Keys, Is.EqualTo(new[] { second, first }).And.Unique);
        Assert.That(Visit(server), Is.True);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.That(keys.Keys, Is.EqualTo(new[] { second }));
        Assert.That(Visit(server), Is.True, "it has a ticket of the second one by now");
        clock.Advance(TimeSpan.FromDays(3));
        Assert.That(keys.Keys, Has.Count.EqualTo(1).And.None.EqualTo(second), "nobody asked for days");
    }

    [Test]
    public void A_key_file_is_read_again_when_it_has_changed_and_a_broken_one_changes_nothing()
    {
        string path = Path.GetTempFileName();
        try
        {
            var clock = new ManualClock();
            byte[] old = TicketKey.Create().ToBytes();
            byte[] young = TicketKey.Create().ToBytes();
            Write(path, old);
            var file = new TicketKeyFile(path, TimeSpan.FromSeconds(10), clock);
            var faults = new List<Exception>();
            file.ReloadFailed += faults.Add;
            using TlsContext server = Server(file);
            Assert.That(Visit(server), Is.False);

            Write(path, [.. young, .. old]);
            Assert.That(file.Keys, Has.Count.EqualTo(1), "not looked at yet");
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(file.Keys.Select(key => key.ToBytes()), Is.EqualTo(new[] { young, old }));
            Assert.That(Visit(server), Is.True);

            File.WriteAllBytes(path, new byte[79]);
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(file.Keys, Has.Count.EqualTo(2));
            Assert.That(faults.Single().Message, Does.Contain(path).And.Contain("79 bytes").And.Contain("80 bytes"));
            Assert.That(file.Fault, Is.SameAs(faults[0]));
            Assert.That(Visit(server), Is.True);

            Write(path, young);
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(file.Keys, Has.Count.EqualTo(1));
            Assert.That(file.Fault, Is.Null);

            File.Delete(path);
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(file.Keys, Has.Count.EqualTo(1));
            Assert.That(file.Fault, Is.InstanceOf<FileNotFoundException>());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase(UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.GroupWrite)]
    public void A_key_file_that_is_not_its_owners_alone_is_refused(UnixFileMode mode)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, TicketKey.Create().ToBytes());
            File.SetUnixFileMode(path, mode);
            Assert.That(() => new TicketKeyFile(path), Throws.InstanceOf<IOException>().With.Message.Contain("chmod 600").And.Message.Contain(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Two_sources_at_once_are_refused()
    {
        using TlsContext plain = Server(null);
        using TlsContext sourced = Server(new StandingKeys(TicketKey.Create()));
        var options = (TlsServerOptions)plain.Options;
        Assert.That(() => TlsContext.CreateServer(options with { TicketKeysOf = plain, TicketKeys = new StandingKeys() }).Dispose(), Throws.ArgumentException.With.Message.Contain("TicketKeysOf"));
        Assert.That(() => TlsContext.CreateServer(options with { TicketKeysOf = sourced }).Dispose(), Throws.ArgumentException.With.Message.Contain("TicketKeysOf"));
        Assert.That(() => TicketKey.FromBytes(new byte[48]), Throws.ArgumentException.With.Message.Contain("80 bytes"));
    }

    // True when the client's last session was resumed.
    private bool Visit(TlsContext server)
    {
        using var pair = new MachinePair(server, _client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        return pair.Client.Info!.IsResumed;
    }

    private TlsContext Server(ITicketKeySource? keys) => TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, TicketKeys = keys, MinimumProtocol = protocol, MaximumProtocol = protocol });

    // Times of files are coarse: a change has to show.
    private static void Write(string path, byte[] keys)
    {
        DateTime before = File.GetLastWriteTimeUtc(path);
        File.WriteAllBytes(path, keys);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(path, before.AddSeconds(1));
    }

    private sealed class StandingKeys(params TicketKey[] keys) : ITicketKeySource
    {
        public IReadOnlyList<TicketKey> Keys { get; set; } = keys;
    }

    private sealed class FaultyKeys(Exception fault) : ITicketKeySource
    {
        public IReadOnlyList<TicketKey> Keys => throw fault;
    }
}
