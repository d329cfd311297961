using System.Diagnostics.Metrics;
using OpenSslNb.Cli.Proxy;
using OpenSslNb.Metrics;

namespace OpenSslNb.Cli.Metrics;

/// <summary>What <c>proxy</c> tells beside the library's own metrics: pairs of connections, with TLS or without.</summary>
internal sealed class ProxyMeter : IDisposable
{
    public const string MeterName = "OpenSslNb.Cli.Proxy";

    private readonly Meter _meter = new(MeterName);

    /// <param name="loops">One for each loop.</param>
    public ProxyMeter(IReadOnlyList<ProxyFigures> loops)
    {
        _meter.CreateObservableUpDownCounter("opensslnb.proxy.pairs", () => loops.Sum(f => f.Open), null, "Clients that are joined to a target now, or on the way to it.");
        _meter.CreateObservableCounter("opensslnb.proxy.ended", () => Enum.GetValues<CloseReason>().Select(reason => new Measurement<long>(loops.Sum(f => f.Ended(reason)), Tag("result", reason == CloseReason.None ? Words.Ok : Words.Reason(reason)))), null, "Pairs that have ended, by what ended them first.");
        _meter.CreateObservableCounter("opensslnb.proxy.unreachable", () => loops.Sum(f => f.Unreachable), null, "Targets that could not be connected to.");
        _meter.CreateObservableCounter("opensslnb.proxy.io", () => (Measurement<long>[])[new(loops.Sum(f => f.BytesToTarget), Tag("direction", "to_target")), new(loops.Sum(f => f.BytesToClient), Tag("direction", "to_client"))], "By", "Bytes that were passed on, without TLS.");
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
