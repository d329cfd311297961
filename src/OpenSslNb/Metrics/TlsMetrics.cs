namespace OpenSslNb;

/// <summary>Where the library's metrics are found (<c>System.Diagnostics.Metrics</c>). They are described in <c>docs/metrics.md</c>.</summary>
public static class TlsMetrics
{
    /// <summary>Name of the one meter: give it to a <c>MeterListener</c>, to OpenTelemetry's <c>AddMeter</c>, or to <c>dotnet-counters</c>.</summary>
    public const string MeterName = "OpenSslNb";
}
