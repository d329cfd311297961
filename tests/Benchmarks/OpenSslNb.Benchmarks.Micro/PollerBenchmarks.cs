using BenchmarkDotNet.Attributes;
using OpenSslNb.Interop;
using OpenSslNb.Polling;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>One look at 1,000 descriptors, of which some are ready: epoll costs by the ready ones, poll by all.</summary>
[MemoryDiagnoser]
public unsafe class PollerBenchmarks
{
    private const int Registered = 1000;

    private readonly PollEvent[] _events = new PollEvent[Registered];
    private readonly List<int> _descriptors = [];
    private IPoller _poller = null!;

    [Params(PollerKind.Epoll, PollerKind.Poll)]
    public PollerKind Poller { get; set; }

    [Params(1, Registered)]
    public int Ready { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _poller = Poller == PollerKind.Poll ? new PollPoller() : new EpollPoller();
        for (int i = 0; i < Registered; i++)
        {
            // A counter above 0 is readable, and stays so.
            int fd = LibC.eventfd(i < Ready ? 1u : 0u, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
            if (fd < 0) throw new IOException("an eventfd could not be had: is the limit on descriptors below 1,100?");
            _descriptors.Add(fd);
            _poller.Add(fd, new Token(i), Interest.Read);
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _poller.Dispose();
        _descriptors.ForEach(fd => _ = LibC.close(fd));
        _descriptors.Clear();
    }

    [Benchmark]
    public int Wait()
    {
        int count = _poller.Wait(_events, 0);
        return count == Ready ? count : throw new InvalidOperationException($"{count} descriptors were ready");
    }
}
