using System.Diagnostics;
using System.Globalization;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>What a second thread adds: handshakes between machines in memory, both sides, by one thread and by two with contexts of their own, in turn. No load generator takes part of the CPU, so that throughput is what is measured.</summary>
internal static class ParallelHandshake
{
    private const int Rounds = 9;

    private static readonly TimeSpan s_stretch = TimeSpan.FromMilliseconds(500);

    public static int Run(string[] arguments)
    {
        if (arguments.Length > 0 || Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("parallel-handshake takes no options, and needs two CPUs");
            return 2;
        }

        using var first = new Contexts();
        using var second = new Contexts();
        _ = Rate(first);
        _ = Rate(first, second);
        var ratios = new List<double>();
        var alone = new List<double>();
        for (int i = 0; i < Rounds; i++)
        {
            double one = Rate(first);
            double two = Rate(first, second);
            alone.Add(one);
            ratios.Add(two / one);
        }

        ratios.Sort();
        alone.Sort();
        string text = string.Create(CultureInfo.InvariantCulture, $"one thread: {alone[Rounds / 2]:F0} handshakes a second, both sides; two threads: {ratios[Rounds / 2]:F2} times as many ({ratios[0]:F2} to {ratios[^1]:F2}, {Rounds} rounds)");
        Console.WriteLine(text);
        return 0;
    }

    // Handshakes a second of all threads together, each on its own contexts.
    private static double Rate(params Contexts[] contexts)
    {
        long total = 0;
        using var start = new Barrier(contexts.Length);
        Thread[] threads = [.. contexts.Select(own => new Thread(() =>
        {
            start.SignalAndWait();
            long began = Stopwatch.GetTimestamp();
            int done = 0;
            for (; Stopwatch.GetElapsedTime(began) < s_stretch; done++) HandshakeBenchmarks.Run(own);
            Interlocked.Add(ref total, done);
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return total / s_stretch.TotalSeconds;
    }
}
