using System.Diagnostics;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>Starts the runner, compiled by <c>tests/Conformance/bogo/fetch.sh</c>, with a shim and one OpenSSL.</summary>
/// <param name="Runner">The program.</param>
/// <param name="Folder">Where it finds its certificates.</param>
/// <param name="Config">What it must know of the shims (<c>-shim-config</c>).</param>
/// <param name="Workers">How many shims run at once.</param>
internal sealed record RunnerProcess(string Runner, string Folder, string Config, int Workers)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(60);

    /// <param name="shim">The program under test.</param>
    /// <param name="openSslFolder">Whose OpenSSL it loads; null for the system's.</param>
    /// <param name="tests">Patterns, or null for all.</param>
    public RunnerResults Run(string shim, string? openSslFolder, IReadOnlyCollection<string>? tests = null)
    {
        string json = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Runner, [.. Arguments(shim, json, tests)]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
            if (openSslFolder is not null)
            {
                // The one for programs of this library, the other for programs that the linker has bound.
                start.Environment["OPENSSLNB_OPENSSL_DIR"] = openSslFolder;
                start.Environment["LD_LIBRARY_PATH"] = openSslFolder;
            }

            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"the runner did not end within {s_patience.TotalMinutes} minutes");
            }

            // Exit code 1 says that tests failed, and so does what it has written.
            string text = File.ReadAllText(json);
            if (text.Length == 0) throw new InvalidOperationException($"the runner wrote no results (exit code {process.ExitCode}): {output.Result}{error.Result}");
            return RunnerResults.Read(text, output.Result);
        }
        finally
        {
            File.Delete(json);
        }
    }

    private IEnumerable<string> Arguments(string shim, string json, IReadOnlyCollection<string>? tests) =>
    [
        "-test.v=false", $"-test.timeout={s_patience.TotalMinutes}m", "-pipe", "-allow-unimplemented", "-loose-errors", "-shim-path", shim, "-shim-config", Config,
        "-num-workers", $"{Workers}", "-json-output", json, .. tests is null ? (string[])[] : ["-test", string.Join(';', tests)],
    ];
}
