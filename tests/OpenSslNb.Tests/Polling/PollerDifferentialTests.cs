using NUnit.Framework;
using OpenSslNb.Polling;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Polling;

/// <summary>The same random life of some sockets in front of both pollers: they must see the same.</summary>
public sealed class PollerDifferentialTests
{
    private const int Pairs = 12;
    private const int Operations = 4000;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Both_pollers_report_the_same_readiness(int seed)
    {
        var random = new Random(seed);
        using IPoller epoll = PollerTests.Create(PollerKind.Epoll);
        using IPoller poll = PollerTests.Create(PollerKind.Poll);
        var subjects = Enumerable.Range(0, Pairs).Select(_ => new Subject([epoll, poll])).ToList();
        int reported = 0;
        try
        {
            for (int i = 0; i < Operations; i++)
            {
                Subject subject = subjects[random.Next(Pairs)];
                string operation = subject.Step(random, token: i);
                List<PollEvent> expected = Ready(poll);
                Assert.That(Ready(epoll), Is.EqualTo(expected), $"seed {seed}, operation {i}: {operation}");
                reported += expected.Count;
            }
        }
        finally
        {
            subjects.ForEach(s => s.Dispose());
        }

        Assert.That(reported, Is.GreaterThan(Operations), "the walk reaches states that have something to report");
    }

    private static List<PollEvent> Ready(IPoller poller)
    {
        var events = new PollEvent[2 * Pairs];
        int count = poller.Wait(events, 0);
        return [.. events.Take(count).OrderBy(e => e.Token.Value)];
    }

    private sealed class Subject(IPoller[] pollers) : IDisposable
    {
        private SocketPair _pair = new();
        private bool _isRegistered;

        public string Step(Random random, long token)
        {
            switch (random.Next(12))
            {
                case 0 or 1 or 2:
                    return Register(new Token(token), (Interest)random.Next(1, 4));
                case 3:
                    return Unregister();
                case 4 or 5:
                    return $"peer sends: {Peer(SocketPair.Send, random.Next(1, 100))}";
                case 6:
                    return $"drain: {SocketPair.Drain(_pair.Ours)}";
                case 7:
                    return $"fill: {SocketPair.Fill(_pair.Ours)}";
                case 8:
                    return $"peer drains: {(_pair.Peer < 0 ? 0 : SocketPair.Drain(_pair.Peer))}";
                case 9:
                    if (_pair.Peer >= 0) _pair.EndPeer();
                    return "peer ends";
                case 10:
                    _pair.ClosePeer();
                    return "peer closes";
                default:
                    return Renew();
            }
        }

        public void Dispose() => _pair.Dispose();

        private string Register(Token token, Interest interest)
        {
            foreach (IPoller poller in pollers)
            {
                if (_isRegistered) poller.Modify(_pair.Ours, token, interest);
                else poller.Add(_pair.Ours, token, interest);
            }

            _isRegistered = true;
            return $"register {interest}";
        }

        private string Unregister()
        {
            if (!_isRegistered) return "nothing";
            foreach (IPoller poller in pollers) poller.Remove(_pair.Ours);
            _isRegistered = false;
            return "unregister";
        }

        private string Renew()
        {
            Unregister();
            _pair.Dispose();
            _pair = new SocketPair();
            return "renew";
        }

        private int Peer(Func<int, ReadOnlySpan<byte>, int> send, int length) => _pair.Peer < 0 ? 0 : send(_pair.Peer, new byte[length]);
    }
}
