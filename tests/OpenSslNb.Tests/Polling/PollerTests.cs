using NUnit.Framework;
using OpenSslNb.Polling;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Polling;

[TestFixture(PollerKind.Epoll)]
[TestFixture(PollerKind.Poll)]
public sealed class PollerTests(PollerKind kind)
{
    private readonly PollEvent[] _events = new PollEvent[256];
    private readonly List<SocketPair> _pairs = [];
    private IPoller _poller = null!;

    internal static IPoller Create(PollerKind kind) => kind == PollerKind.Epoll ? new EpollPoller() : new PollPoller();

    [SetUp]
    public void Begin() => _poller = Create(kind);

    [TearDown]
    public void End()
    {
        _poller.Dispose();
        _pairs.ForEach(p => p.Dispose());
        _pairs.Clear();
    }

    [Test]
    public void Readiness_is_reported_again_until_the_bytes_are_taken()
    {
        SocketPair pair = Pair();
        _poller.Add(pair.Ours, new Token(7), Interest.Read);
        Assert.That(Ready(), Is.Empty);
        SocketPair.Send(pair.Peer, "x"u8);
        var expected = new PollEvent(new Token(7), Interest.Read, HungUp: false);
        Assert.That(Ready(), Is.EqualTo(new[] { expected }));
        Assert.That(Ready(), Is.EqualTo(new[] { expected }), "level-triggered");
        SocketPair.Drain(pair.Ours);
        Assert.That(Ready(), Is.Empty);
    }

    [TestCase(Interest.Read)]
    [TestCase(Interest.Write)]
    [TestCase(Interest.ReadWrite)]
    public void Only_what_was_asked_for_is_reported(Interest interest)
    {
        SocketPair pair = Pair();
        SocketPair.Send(pair.Peer, "x"u8);
        _poller.Add(pair.Ours, new Token(1), interest);
        Assert.That(Ready(), Is.EqualTo(new[] { new PollEvent(new Token(1), interest, HungUp: false) }));
    }

    [Test]
    public void A_full_socket_is_not_writable_until_the_peer_reads()
    {
        SocketPair pair = Pair();
        SocketPair.Fill(pair.Ours);
        _poller.Add(pair.Ours, new Token(1), Interest.ReadWrite);
        Assert.That(Ready(), Is.Empty);
        SocketPair.Drain(pair.Peer);
        Assert.That(Ready(), Is.EqualTo(new[] { new PollEvent(new Token(1), Interest.Write, HungUp: false) }));
    }

    [Test]
    public void Modify_changes_interest_and_token()
    {
        SocketPair pair = Pair();
        _poller.Add(pair.Ours, new Token(1), Interest.Write);
        Assert.That(Ready(), Has.Count.EqualTo(1));
        _poller.Modify(pair.Ours, new Token(2), Interest.Read);
        Assert.That(Ready(), Is.Empty);
        _poller.Modify(pair.Ours, new Token(3), Interest.ReadWrite);
        Assert.That(Ready(), Is.EqualTo(new[] { new PollEvent(new Token(3), Interest.Write, HungUp: false) }));
    }

    [Test]
    public void A_removed_descriptor_is_silent_and_comes_back_under_its_new_token_alone()
    {
        SocketPair pair = Pair();
        _poller.Add(pair.Ours, new Token(1), Interest.Write);
        _poller.Remove(pair.Ours);
        Assert.That(Ready(), Is.Empty);
        _poller.Add(pair.Ours, new Token(2), Interest.Write);
        Assert.That(Ready(), Is.EqualTo(new[] { new PollEvent(new Token(2), Interest.Write, HungUp: false) }));
    }

    [Test]
    public void Removing_one_leaves_the_others_as_they_were()
    {
        SocketPair[] pairs = [Pair(), Pair(), Pair(), Pair()];
        for (int i = 0; i < pairs.Length; i++) _poller.Add(pairs[i].Ours, new Token(i), Interest.Write);
        _poller.Remove(pairs[1].Ours);
        _poller.Remove(pairs[3].Ours);
        _poller.Modify(pairs[0].Ours, new Token(10), Interest.Write);
        Assert.That(Ready().Select(e => e.Token.Value), Is.EquivalentTo(new long[] { 10, 2 }));
    }

    [Test]
    public void An_empty_interest_is_refused()
    {
        SocketPair pair = Pair();
        Assert.Throws<ArgumentException>(() => _poller.Add(pair.Ours, new Token(1), Interest.None));
        _poller.Add(pair.Ours, new Token(1), Interest.Read);
        Assert.Throws<ArgumentException>(() => _poller.Modify(pair.Ours, new Token(1), Interest.None));
    }

    [Test]
    public void Registrations_that_do_not_fit_together_are_faults()
    {
        SocketPair pair = Pair();
        Assert.Throws<IOException>(() => _poller.Modify(pair.Ours, new Token(1), Interest.Read));
        Assert.Throws<IOException>(() => _poller.Remove(pair.Ours));
        _poller.Add(pair.Ours, new Token(1), Interest.Read);
        Assert.Throws<IOException>(() => _poller.Add(pair.Ours, new Token(2), Interest.Read));
    }

    [TestCase(Interest.Read)]
    [TestCase(Interest.Write)]
    public void A_hang_up_is_reported_in_both_directions_whatever_the_interest(Interest interest)
    {
        SocketPair pair = Pair();
        _poller.Add(pair.Ours, new Token(1), interest);
        pair.ClosePeer();
        Assert.That(Ready(), Is.EqualTo(new[] { new PollEvent(new Token(1), Interest.ReadWrite, HungUp: true) }));
    }

    [Test]
    public void The_end_of_the_peers_stream_is_readable_and_no_hang_up()
    {
        SocketPair pair = Pair();
        _poller.Add(pair.Ours, new Token(1), Interest.Read);
        pair.EndPeer();
        Assert.That(Ready(), Is.EqualTo(new[] { new PollEvent(new Token(1), Interest.Read, HungUp: false) }));
    }

    [Test]
    public void What_does_not_fit_is_reported_next_time_and_nobody_starves()
    {
        const int Count = 200;
        for (int i = 0; i < Count; i++) _poller.Add(Pair().Ours, new Token(i), Interest.Write);
        var seen = new HashSet<long>();
        for (int wait = 0; wait < Count && seen.Count < Count; wait++)
        {
            int count = _poller.Wait(_events.AsSpan(0, 7), 0);
            Assert.That(count, Is.EqualTo(7), "all are ready for ever");
            seen.UnionWith(_events.Take(count).Select(e => e.Token.Value));
        }

        Assert.That(seen, Has.Count.EqualTo(Count));
    }

    [Test]
    public void A_wait_ends_when_a_descriptor_becomes_ready_meanwhile()
    {
        SocketPair pair = Pair();
        _poller.Add(pair.Ours, new Token(5), Interest.Read);
        Task<int> sent = Task.Run(() => SocketPair.Send(pair.Peer, "x"u8));
        int count = _poller.Wait(_events, (int)Bench.Deadline.TotalMilliseconds);
        Assert.That(_events[..count], Is.EqualTo(new[] { new PollEvent(new Token(5), Interest.Read, HungUp: false) }));
        Assert.That(sent.Wait(Bench.Deadline), Is.True);
    }

    private SocketPair Pair()
    {
        var pair = new SocketPair();
        _pairs.Add(pair);
        return pair;
    }

    private List<PollEvent> Ready() => [.. _events[.._poller.Wait(_events, 0)]];
}
