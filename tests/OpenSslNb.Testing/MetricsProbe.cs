using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>Listens to the library's meter, for loops of one name. While it lives, somebody listens.</summary>
public sealed class MetricsProbe : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Key, double Value)> _recorded = new();
    private readonly string _loopName;
    private Dictionary<string, double> _observed = [];

    /// <param name="loopName">Whose measurements are taken.</param>
    /// <param name="wanted">Which instruments; all unless given.</param>
    public MetricsProbe(string loopName, Func<Instrument, bool>? wanted = null)
    {
        _loopName = loopName;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != TlsMetrics.MeterName) return;
            Instruments.Add(instrument);
            if (wanted?.Invoke(instrument) != false) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything the meter has.</summary>
    public List<Instrument> Instruments { get; } = [];

    /// <summary>What the histograms were told so far.</summary>
    public IEnumerable<(string Key, double Value)> Recorded => _recorded;

    /// <summary>Looks at everything that is observed: the sum over the loops by name and tags, <c>opensslnb.io{direction=receive}</c>.</summary>
    public Dictionary<string, double> Look()
    {
        _observed = [];
        _listener.RecordObservableInstruments();
        return _observed;
    }

    /// <summary>Looks at one of them; 0 when it is not told.</summary>
    public double Look(string key) => Look().GetValueOrDefault(key);

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? loop = null;
        var others = new List<string>();
        foreach ((string key, object? word) in tags)
        {
            if (key == "loop.name") loop = (string?)word;
            else if (key != "loop.id") others.Add($"{key}={word}");
        }

        if (loop != _loopName) return;
        string name = others.Count == 0 ? instrument.Name : $"{instrument.Name}{{{string.Join(',', others)}}}";
        if (instrument.IsObservable) _observed[name] = _observed.GetValueOrDefault(name) + value;
        else _recorded.Enqueue((name, value));
    }
}
