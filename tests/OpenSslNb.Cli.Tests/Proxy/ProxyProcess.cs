using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenSslNb.Cli.Tests.Proxy;

/// <summary><c>opensslnb proxy</c>, ready for connections.</summary>
internal sealed partial class ProxyProcess : IDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = RunningProcess.Deadline };

    private ProxyProcess(RunningProcess process) => Process = process;

    public RunningProcess Process { get; }

    public int Port { get; private init; }

    /// <summary>TLS ends here, with the server's certificate.</summary>
    public static Task<ProxyProcess> TerminateAsync(int target, params string[] options) => StartAsync(["--to", $"127.0.0.1:{target}", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, .. options]);

    /// <summary>Waits until it listens.</summary>
    public static async Task<ProxyProcess> StartAsync(params string[] options)
    {
        RunningProcess process = Opensslnb.Start(["proxy", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", .. options]);
        try
        {
            await process.Output.WaitForTextAsync("\n");
            return new ProxyProcess(process) { Port = int.Parse(PortPattern().Match(process.Output.Text).Value, CultureInfo.InvariantCulture) };
        }
        catch (Exception e)
        {
            process.Dispose();
            throw new InvalidOperationException($"proxy did not begin: {process.Error.Text}", e);
        }
    }

    /// <summary>What <c>--metrics</c> gives.</summary>
    public async Task<Exposition> ScrapeAsync()
    {
        await Process.Error.WaitForTextAsync("/metrics\n");
        return Exposition.Parse(await s_http.GetStringAsync(MetricsPattern().Match(Process.Error.Text).Groups[1].Value));
    }

    /// <summary>Bytes that were taken from one side so far.</summary>
    /// <param name="direction"><c>to_target</c> or <c>to_client</c>.</param>
    public async Task<double> PassedAsync(string direction) => (await ScrapeAsync()).Sum("opensslnb_proxy_io_bytes_total", $"direction=\"{direction}\"");

    /// <summary>Waits until so many pairs have ended in a way, and says whether they did.</summary>
    public async Task WaitForEndAsync(string result, int count = 1)
    {
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            Exposition now = await ScrapeAsync();
            if (now.Sum("opensslnb_proxy_ended_total", $"result=\"{result}\"") >= count) return;
            if (deadline.IsCancellationRequested) throw new TimeoutException($"{count} pairs did not end as '{result}': {string.Join(", ", now.Samples.Where(s => s.Key.StartsWith("opensslnb_proxy", StringComparison.Ordinal) && s.Value > 0))}");
            await pause.WaitForNextTickAsync();
        }
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync(int signal = RunningProcess.SIGTERM)
    {
        Process.Signal(signal);
        return Process.WaitForExitAsync();
    }

    public void Dispose() => Process.Dispose();

    [GeneratedRegex("[0-9]+(?=\n)")]
    private static partial Regex PortPattern();

    [GeneratedRegex("^metrics on (http://[^/]+/metrics)$", RegexOptions.Multiline)]
    private static partial Regex MetricsPattern();
}
