using BenchmarkDotNet.Attributes;
using OpenSslNb.Loop;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>What other threads give a loop to do, without the wake-up.</summary>
[MemoryDiagnoser]
public class InboxBenchmarks
{
    private const int Batch = 100;

    private readonly Inbox _inbox = new();
    private readonly Item[] _items = [.. Enumerable.Range(0, Batch).Select(_ => new Item())];

    /// <summary>One item put in and taken out.</summary>
    [Benchmark]
    public int PostAndDrainOne()
    {
        _inbox.Post(_items[0]);
        return Drain();
    }

    /// <summary>For one item of 100 that are taken out together.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int PostAndDrainMany()
    {
        foreach (Item item in _items) _inbox.Post(item);
        return Drain();
    }

    private int Drain()
    {
        int count = 0;
        for (InboxItem? item = _inbox.TakeAll(); item is not null; count++)
        {
            InboxItem? next = item.NextInInbox;
            item.NextInInbox = null;
            item = next;
        }

        return count;
    }

    private sealed class Item : InboxItem
    {
        protected internal override void RunOnLoop()
        {
            // Only carried.
        }
    }
}
