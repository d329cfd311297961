using System.Diagnostics;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Many threads do anything to any connection at any moment: no crash, no leak, no deadlock.</summary>
[NonParallelizable]
public sealed class DisposalStormTests
{
    private const int Threads = 8;
    private const int Connections = 2000;
    private static readonly TimeSpan s_length = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Eight_threads_send_receive_close_and_dispose_two_thousand_connections_at_random_moments()
    {
        using (new Storm())
        {
            // Whatever is made once per process is made now.
        }

        await Eventually.BecomesTrue(() => Holdings.Now() is { Ssl: 0, Bios: 0, Contexts: 0 }, "earlier tests are over");
        Holdings before = Holdings.Now();
        using (var storm = new Storm())
        {
            var clock = Stopwatch.StartNew();
            int seed = 0;
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(Rage) { IsBackground = true })];
            foreach (Thread thread in threads) thread.Start(seed++);
            foreach (Thread thread in threads) Assert.That(thread.Join(s_length + s_length + Bench.Deadline), Is.True, "a thread is stuck");
            TestContext.Out.WriteLine(storm.Summary);
            await storm.EndAsync();
            Assert.That(storm.Faults, Is.Empty);

            void Rage(object? state)
            {
                var random = new Random((int)state!);
                while (clock.Elapsed < s_length || storm.Begun < Connections)
                {
                    if (clock.Elapsed > s_length + s_length) return;
                    storm.DoAnything(random);
                }
            }

            Assert.That(storm.Begun, Is.GreaterThanOrEqualTo(Connections));
        }

        await Holdings.ReturnToAsync(before);
    }
}
