using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>opensslnb serve</c>, ready for connections.</summary>
internal sealed partial class ServeProcess : IDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = RunningProcess.Deadline };

    private ServeProcess(RunningProcess process, int port)
    {
        Process = process;
        Port = port;
    }

    public RunningProcess Process { get; }

    public int Port { get; }

    /// <summary>Starts it with the server's certificate and waits until it listens.</summary>
    public static Task<ServeProcess> StartAsync(string protocol, params string[] options) => StartOnAsync("127.0.0.1:0", protocol, options);

    /// <inheritdoc cref="StartAsync"/>
    public static Task<ServeProcess> StartOnAsync(string listen, string protocol, params string[] options) =>
        ReadyAsync(Opensslnb.Start([.. ServeArguments(listen, protocol), .. options]));

    /// <summary>The same with the OpenSSL of a folder.</summary>
    public static Task<ServeProcess> StartWithAsync(string openSslFolder, string protocol) =>
        ReadyAsync(Opensslnb.StartWith(openSslFolder, ServeArguments("127.0.0.1:0", protocol)));

    /// <summary>The same with more in its environment, as <c>NAME=VALUE</c>.</summary>
    public static Task<ServeProcess> StartUnderAsync(string[] environment, string protocol, params string[] options) =>
        ReadyAsync(RunningProcess.Start("env", [.. environment, Opensslnb.Program, .. ServeArguments("127.0.0.1:0", protocol), .. options]));

    /// <summary>The same with the server's key from somewhere else.</summary>
    public static Task<ServeProcess> StartWithKeyAsync(string[] environment, string protocol, string key, params string[] options) =>
        ReadyAsync(RunningProcess.Start("env", [.. environment, Opensslnb.Program, .. ServeArguments("127.0.0.1:0", protocol, key), .. options]));

    private static string[] ServeArguments(string listen, string protocol, string? key = null) => ["serve", protocol, "--listen", listen, "--cert", Pki.ServerFile, "--key", key ?? Pki.ServerKeyFile];

    private static async Task<ServeProcess> ReadyAsync(RunningProcess process)
    {
        try
        {
            await process.Output.WaitForTextAsync("\n");
            return new ServeProcess(process, int.Parse(PortPattern().Match(process.Output.Text).Value, CultureInfo.InvariantCulture));
        }
        catch (Exception e)
        {
            process.Dispose();
            throw new InvalidOperationException($"serve did not begin: {process.Error.Text}", e);
        }
    }

    /// <summary>Where <c>--metrics</c> answers.</summary>
    public async Task<Uri> MetricsAddressAsync()
    {
        await Process.Error.WaitForTextAsync("/metrics\n");
        return new Uri(Address().Match(Process.Error.Text).Groups[1].Value);
    }

    /// <summary>What <c>--metrics</c> says now.</summary>
    public async Task<Exposition> ScrapeAsync() => Exposition.Parse(await s_http.GetStringAsync(await MetricsAddressAsync()));

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
    private static partial Regex Address();
}
