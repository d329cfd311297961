namespace OpenSslNb.Cli.Metrics;

/// <summary>A histogram's measurements with one set of tags.</summary>
internal sealed class HistogramSeries(IReadOnlyList<double> bounds, KeyValuePair<string, object?>[] tags)
{
    private readonly Lock _guard = new();

    // Guarded by _guard: one more than there are bounds, for what is above the last.
    private readonly long[] _counts = new long[bounds.Count + 1];
    private double _sum;

    public bool IsOf(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length) return false;
        for (int i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != others[i].Key || !Equals(tags[i].Value, others[i].Value)) return false;
        }

        return true;
    }

    public void Record(double value)
    {
        // A bucket takes what is not above its bound.
        int bucket = 0;
        while (bucket < bounds.Count && value > bounds[bucket]) bucket++;
        lock (_guard)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    public void WriteTo(PrometheusText text)
    {
        long[] counts;
        double sum;
        lock (_guard) (counts, sum) = ([.. _counts], _sum);
        long below = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            below += counts[i];
            string bound = i < bounds.Count ? PrometheusText.Number(bounds[i]) : "+Inf";
            text.Sample("_bucket", [.. tags, new("le", bound)], below);
        }

        text.Sample("_sum", tags, sum);
        text.Sample("_count", tags, below);
    }
}
