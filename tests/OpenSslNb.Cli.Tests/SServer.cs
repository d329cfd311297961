namespace OpenSslNb.Cli.Tests;

/// <summary><c>openssl s_server</c>, ready for connections, with the server's certificate unless told otherwise.</summary>
internal sealed class SServer : IDisposable
{
    private SServer(RunningProcess process, string port)
    {
        Process = process;
        Target = $"127.0.0.1:{port}";
    }

    public RunningProcess Process { get; }

    /// <summary>Where it listens.</summary>
    public string Target { get; }

    public static async Task<SServer> StartAsync(params string[] options)
    {
        string[] identity = options.Contains("-nocert") || options.Contains("-cert") ? [] : ["-cert", Pki.ServerFile, "-key", Pki.ServerKeyFile];
        var process = RunningProcess.Start("openssl", ["s_server", "-accept", "127.0.0.1:0", .. identity, .. options]);
        try
        {
            await process.Output.WaitForTextAsync("ACCEPT");
            await process.Output.WaitForTextAsync("\n", occurrences: 2);
            return new SServer(process, process.Output.Text.Split('\n').First(line => line.StartsWith("ACCEPT", StringComparison.Ordinal)).Split(':')[^1]);
        }
        catch (Exception e)
        {
            process.Dispose();
            throw new InvalidOperationException($"s_server did not begin: {process.Error.Text}", e);
        }
    }

    public void Dispose() => Process.Dispose();
}
