using System.Net;

namespace OpenSslNb.Cli.Metrics;

/// <summary><c>--metrics</c>: the library's metrics and the process's own, for Prometheus.</summary>
internal sealed class MetricsServer : IDisposable
{
    private readonly ProcessMeter _process = new();
    private readonly MetricsCollector _collector;
    private readonly MetricsEndpoint _endpoint;

    private MetricsServer(IPEndPoint endPoint, string[] meters)
    {
        _collector = new MetricsCollector([TlsMetrics.MeterName, ProcessMeter.MeterName, .. meters]);
        try
        {
            _endpoint = MetricsEndpoint.Start(endPoint, _collector.Scrape);
        }
        catch
        {
            _collector.Dispose();
            _process.Dispose();
            throw;
        }
    }

    /// <summary>Begins to listen, to the meters and at the address, and says where.</summary>
    /// <param name="endPoint">Where.</param>
    /// <param name="meters">Meters beside the library's and the process's.</param>
    public static MetricsServer Start(IPEndPoint endPoint, params string[] meters)
    {
        var server = new MetricsServer(endPoint, meters);
        Console.Error.WriteLine($"metrics on http://{server._endpoint.EndPoint}{MetricsEndpoint.Path}");
        return server;
    }

    public void Dispose()
    {
        _endpoint.Dispose();
        _collector.Dispose();
        _process.Dispose();
    }
}
