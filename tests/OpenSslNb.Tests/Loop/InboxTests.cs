using NUnit.Framework;
using OpenSslNb.Loop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Loop;

public sealed class InboxTests
{
    [Test]
    public void Items_come_out_oldest_first_and_once()
    {
        var inbox = new Inbox();
        Assert.That(inbox.IsEmpty, Is.True);
        Assert.That(inbox.TakeAll(), Is.Null);
        Item[] items = [.. Enumerable.Range(0, 100).Select(i => new Item(0, i))];
        foreach (Item item in items) inbox.Post(item);
        Assert.That(inbox.IsEmpty, Is.False);
        Assert.That(Unlink(inbox.TakeAll()), Is.EqualTo(items));
        Assert.That(inbox.IsEmpty, Is.True);
        Assert.That(inbox.TakeAll(), Is.Null);
    }

    [Test]
    public void An_item_that_was_taken_may_be_posted_again()
    {
        var inbox = new Inbox();
        Item[] items = [new(0, 0), new(0, 1)];
        for (int i = 0; i < 3; i++)
        {
            foreach (Item item in items) inbox.Post(item);
            Assert.That(Unlink(inbox.TakeAll()), Is.EqualTo(items));
        }
    }

    [Test]
    public void Nothing_of_many_threads_is_lost_and_each_threads_order_stays()
    {
        const int Threads = 8;
        const int PerThread = 50_000;
        var inbox = new Inbox();
        Task[] producers = [.. Enumerable.Range(0, Threads).Select(t => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < PerThread; i++) inbox.Post(new Item(t, i));
            },
            TaskCreationOptions.LongRunning))];
        int[] next = new int[Threads];
        Task all = Task.WhenAll(producers);
        while (true)
        {
            bool done = all.IsCompleted;
            foreach (Item item in Unlink(inbox.TakeAll()))
            {
                if (item.Number != next[item.Thread]) Assert.Fail($"thread {item.Thread}: {item.Number} in place of {next[item.Thread]}");
                next[item.Thread]++;
            }

            if (done) break;
        }

        Assert.That(next, Is.All.EqualTo(PerThread));
    }

    [TestCase(PollerKind.Epoll)]
    [TestCase(PollerKind.Poll)]
    public async Task Each_item_posted_while_the_loop_stops_runs_or_is_abandoned_or_was_refused_exactly_once(PollerKind kind)
    {
        const int Threads = 4;
        int refused = 0;
        for (int round = 0; round < 40; round++)
        {
            var loop = new EventLoop(new EventLoopOptions { Poller = kind });
            using var start = new Barrier(Threads + 1);
            Task<List<(Item Item, bool Accepted)>>[] producers = [.. Enumerable.Range(0, Threads).Select(t => Task.Factory.StartNew(
                () =>
                {
                    var posted = new List<(Item, bool)>();
                    start.SignalAndWait();
                    for (int i = 0; i < 100_000 && posted is not [.., (_, false)]; i++)
                    {
                        var item = new Item(t, i);
                        posted.Add((item, loop.Post(item)));
                    }

                    return posted;
                },
                TaskCreationOptions.LongRunning))];
            start.SignalAndWait();
            loop.Dispose();
            foreach (List<(Item Item, bool Accepted)> posted in await Task.WhenAll(producers).WaitAsync(Bench.Deadline))
            {
                Assert.That(posted.All(p => p.Item.RunCount + p.Item.AbandonedCount == (p.Accepted ? 1 : 0)), Is.True, $"round {round}");
                refused += posted.Count(p => !p.Accepted);
            }
        }

        Assert.That(refused, Is.GreaterThan(0), "the loop has stopped under the producers");
    }

    private static List<Item> Unlink(InboxItem? first)
    {
        var items = new List<Item>();
        for (InboxItem? item = first; item is not null;)
        {
            InboxItem? next = item.NextInInbox;
            item.NextInInbox = null;
            items.Add((Item)item);
            item = next;
        }

        return items;
    }

    private sealed class Item(int thread, int number) : InboxItem
    {
        private int _runCount;
        private int _abandonedCount;

        public int Thread { get; } = thread;

        public int Number { get; } = number;

        public int RunCount => Volatile.Read(ref _runCount);

        public int AbandonedCount => Volatile.Read(ref _abandonedCount);

        protected internal override void RunOnLoop() => Interlocked.Increment(ref _runCount);

        protected internal override void OnAbandoned() => Interlocked.Increment(ref _abandonedCount);
    }
}
