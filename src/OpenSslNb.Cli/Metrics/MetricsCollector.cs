using System.Diagnostics.Metrics;

namespace OpenSslNb.Cli.Metrics;

/// <summary>One measurement of an instrument that is observed.</summary>
internal readonly record struct Sample(double Value, KeyValuePair<string, object?>[] Tags);

/// <summary>Listens to meters: sums up what histograms are told, and asks all other instruments when somebody looks.</summary>
/// <remarks>Histograms of <see cref="double"/>, and observable instruments of the two types, <see cref="long"/> and <see cref="double"/>, that the meters here use; a test sees that no instrument is missed.</remarks>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _guard = new();

    // Guarded by _guard, in the order in which they were published.
    private readonly List<CollectedInstrument> _instruments = [];

    /// <param name="meters">Names of the meters.</param>
    public MetricsCollector(params string[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!meters.Contains(instrument.Meter.Name)) return;
            var collected = new CollectedInstrument(instrument);
            lock (_guard) _instruments.Add(collected);
            listener.EnableMeasurementEvents(instrument, collected);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((CollectedInstrument)state!).Take(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((CollectedInstrument)state!).Take(value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now, in the text format of Prometheus.</summary>
    public string Scrape()
    {
        // One at a time: samples are gathered in the instruments.
        lock (_guard)
        {
            foreach (CollectedInstrument instrument in _instruments) instrument.Samples.Clear();
            _listener.RecordObservableInstruments();
            var text = new PrometheusText();
            foreach (CollectedInstrument instrument in _instruments) instrument.WriteTo(text);
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();
}
