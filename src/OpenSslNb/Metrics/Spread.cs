namespace OpenSslNb.Metrics;

/// <summary>How evenly connections are spread over the loops of one group.</summary>
internal static class Spread
{
    // Below a quarter more than the mean nobody is hurt, however sure it is.
    private const double Harmful = 1.25;

    // In standard deviations of the test's value: with two loops chance gets there once in ten million looks, with more of them less often.
    private const double Suspicious = 20;

    /// <summary>The largest share over the mean: 1 when even, the number of loops when one of them has all.</summary>
    public static double Imbalance(ReadOnlySpan<long> connections)
    {
        (long largest, long sum) = Survey(connections);
        return sum == 0 ? 1 : (double)largest * connections.Length / sum;
    }

    /// <summary>True when one loop has markedly more than the mean, and it is not what chance does when each connection takes any loop (Pearson's chi-squared test).</summary>
    public static bool IsUneven(ReadOnlySpan<long> connections)
    {
        (_, long sum) = Survey(connections);
        if (Imbalance(connections) < Harmful) return false;
        double mean = (double)sum / connections.Length;
        double square = 0;
        foreach (long count in connections) square += (count - mean) * (count - mean) / mean;
        int freedom = connections.Length - 1;
        return square > freedom + (Suspicious * Math.Sqrt(2.0 * freedom));
    }

    private static (long Largest, long Sum) Survey(ReadOnlySpan<long> connections)
    {
        (long largest, long sum) = (0, 0);
        foreach (long count in connections)
        {
            largest = Math.Max(largest, count);
            sum += count;
        }

        return (largest, sum);
    }
}
