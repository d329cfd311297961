using System.Globalization;
using System.Runtime.InteropServices;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>What our machines add to OpenSSL's own cost of a handshake: both by turns in short blocks, by the thread's own CPU time, so that a busy computer disturbs both alike.</summary>
internal static partial class PairedHandshake
{
    private const int HandshakesPerBlock = 20;
    private const int WarmUpBlocks = 30;

    public static int Run(string[] arguments)
    {
        int pairs = arguments switch
        {
            [] => 300,
            ["--pairs", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given > 0 => given,
            _ => 0,
        };
        if (pairs == 0)
        {
            Console.Error.WriteLine("paired-handshake takes one option: --pairs, a number from 1 on");
            return 2;
        }

        using var contexts = new Contexts();
        using var raw = new RawHandshake(contexts.Certificate);
        var ours = new List<double>();
        var alone = new List<double>();
        var ratios = new List<double>();
        for (int i = -WarmUpBlocks; i < pairs; i++)
        {
            // By turns first and second, so that neither always follows the other.
            double first = i % 2 == 0 ? Time(raw.Run) : Time(() => HandshakeBenchmarks.Run(contexts));
            double second = i % 2 == 0 ? Time(() => HandshakeBenchmarks.Run(contexts)) : Time(raw.Run);
            if (i < 0) continue;
            (double own, double machine) = i % 2 == 0 ? (first, second) : (second, first);
            alone.Add(own);
            ours.Add(machine);
            ratios.Add(machine / own);
        }

        Report(alone, ours, ratios);
        return 0;
    }

    private static void Report(List<double> alone, List<double> ours, List<double> ratios)
    {
        ratios.Sort();

        // The median's 95 % interval by order statistics: no assumption on how the ratios are spread.
        double reach = 0.98 * Math.Sqrt(ratios.Count);
        double low = ratios[(int)Math.Max(0, (ratios.Count / 2.0) - reach)];
        double high = ratios[(int)Math.Min(ratios.Count - 1, (ratios.Count / 2.0) + reach)];
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"OpenSSL alone {Median(alone):F1} us, two machines {Median(ours):F1} us of CPU a handshake, both sides; overhead {Percent(Median(ratios)):F2} % (median of {ratios.Count} pairs, 95 %: {Percent(low):F2} to {Percent(high):F2} %)");
        Console.WriteLine(text);
    }

    private static double Percent(double ratio) => 100 * (ratio - 1);

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static double Time(Action handshake)
    {
        long start = ThreadCpuNanoseconds();
        for (int i = 0; i < HandshakesPerBlock; i++) handshake();
        return (ThreadCpuNanoseconds() - start) / (1000.0 * HandshakesPerBlock);
    }

    private static long ThreadCpuNanoseconds()
    {
        const int ClockThreadCpuTime = 3;
        if (clock_gettime(ClockThreadCpuTime, out Timespec time) != 0) throw new IOException("clock_gettime has no CPU time of a thread");
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
