using System.Diagnostics.Metrics;

namespace OpenSslNb.Cli.Metrics;

/// <summary>An instrument with what it has told.</summary>
internal sealed class CollectedInstrument(Instrument instrument)
{
    private static readonly double[] s_noBuckets = [];

    // Replaced whole, so that measurements find their series without a lock.
    private volatile HistogramSeries[] _series = [];
    private readonly Lock _adding = new();

    /// <summary>What an observable instrument told at the last look.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>A measurement. Of a histogram: on any thread, at once.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument.IsObservable) Samples.Add(new Sample(value, tags.ToArray()));
        else SeriesOf(tags).Record(value);
    }

    public void WriteTo(PrometheusText text)
    {
        if (!instrument.IsObservable)
        {
            text.BeginFamily(PrometheusText.NameOf(instrument), "histogram", instrument.Description);
            foreach (HistogramSeries series in _series) series.WriteTo(text);
            return;
        }

        bool isCounter = IsCounter;
        text.BeginFamily(PrometheusText.NameOf(instrument), isCounter ? "counter" : "gauge", instrument.Description);
        foreach (Sample sample in Samples) text.Sample("", sample.Tags, sample.Value);
    }

    private bool IsCounter => instrument.GetType().GetGenericTypeDefinition() == typeof(ObservableCounter<>);

    private HistogramSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is { } found) return found;
        lock (_adding)
        {
            if (Find(tags) is { } added) return added;
            var series = new HistogramSeries((instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? s_noBuckets, tags.ToArray());
            _series = [.. _series, series];
            return series;
        }
    }

    private HistogramSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (HistogramSeries series in _series)
        {
            if (series.IsOf(tags)) return series;
        }

        return null;
    }
}
