using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace OpenSslNb.Cli.Metrics;

/// <summary>What Prometheus's own clients tell of every process, under the names that dashboards know.</summary>
internal sealed class ProcessMeter : IDisposable
{
    public const string MeterName = "OpenSslNb.Cli";

    private const string DescriptorFolder = "/proc/self/fd";

    private readonly Meter _meter = new(MeterName);
    private readonly double _started;

    public ProcessMeter()
    {
        using (var self = Process.GetCurrentProcess()) _started = (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        _meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "CPU time of the process, in user and system mode.");
        _meter.CreateObservableGauge("process.start_time", () => _started, "s", "When the process began, since 1970.");
        _meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Memory that the process has in RAM.");
        _meter.CreateObservableGauge("process.open_fds", Descriptors, null, "Descriptors in use.");
        _meter.CreateObservableGauge("process.max_fds", DescriptorLimit.Current, null, "Descriptors that the process may have.");
        _meter.CreateObservableCounter("dotnet.gc.allocated", () => GC.GetTotalAllocatedBytes(), "By", "Bytes that managed code has allocated.");
        _meter.CreateObservableCounter("dotnet.gc.collections", Collections, null, "Garbage collections, by the oldest generation they collected.");
        _meter.CreateObservableGauge("dotnet.gc.heap", () => GC.GetTotalMemory(forceFullCollection: false), "By", "Managed memory in use.");
    }

    public void Dispose() => _meter.Dispose();

    // Less the one that looks; none when there is none left to look with.
    private static IEnumerable<Measurement<long>> Descriptors()
    {
        try
        {
            return [new Measurement<long>(Directory.EnumerateFileSystemEntries(DescriptorFolder).LongCount() - 1)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // The run-time counts a collection for its generation and all younger ones.
    private static IEnumerable<Measurement<long>> Collections()
    {
        int older = 0;
        for (int generation = GC.MaxGeneration; generation >= 0; generation--)
        {
            int count = GC.CollectionCount(generation);
            yield return new Measurement<long>(count - older, new KeyValuePair<string, object?>("generation", generation.ToString(CultureInfo.InvariantCulture)));
            older = count;
        }
    }
}
