using System.Diagnostics;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>Starts a runner with a shim and one OpenSSL.</summary>
/// <param name="Runner">Which.</param>
/// <param name="Config">What it must know of the shims, as a file has it.</param>
/// <param name="Workers">How many shims run at once.</param>
internal sealed record RunnerProcess(Runner Runner, string Config, int Workers)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(60);

    /// <param name="shim">The program under test.</param>
    /// <param name="openSslFolder">Whose OpenSSL it loads; null for the system's.</param>
    /// <param name="tests">Patterns, or null for all.</param>
    public RunnerResults Run(string shim, string? openSslFolder, IReadOnlyCollection<string>? tests = null)
    {
        DirectoryInfo files = Directory.CreateTempSubdirectory("bogo-");
        try
        {
            (string config, string json) = (Path.Combine(files.FullName, "config.json"), Path.Combine(files.FullName, "results.json"));
            bool severalWords = Runner.TakesSeveralWords;
            File.WriteAllText(config, Runner.ConfigOf(Config, severalWords));
            var start = new ProcessStartInfo(Runner.Program, [.. Arguments(shim, config, json, severalWords, tests)]) { WorkingDirectory = Runner.Source, RedirectStandardOutput = true, RedirectStandardError = true };
            if (openSslFolder is not null)
            {
                // The one for programs of this library, the other for programs that the linker has bound.
                start.Environment["OPENSSLNB_OPENSSL_DIR"] = openSslFolder;
                start.Environment["LD_LIBRARY_PATH"] = openSslFolder;
            }

            return Run(start, json);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static RunnerResults Run(ProcessStartInfo start, string json)
    {
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the runner did not end within {s_patience.TotalMinutes} minutes");
        }

        // Exit code 1 says that tests failed, and so does what it has written.
        if (!File.Exists(json)) throw new InvalidOperationException($"the runner wrote no results (exit code {process.ExitCode}): {output.Result}{error.Result}");
        return RunnerResults.Read(File.ReadAllText(json), output.Result);
    }

    private IEnumerable<string> Arguments(string shim, string config, string json, bool severalWords, IReadOnlyCollection<string>? tests) =>
    [
        "-test.v=false", $"-test.timeout={s_patience.TotalMinutes}m", "-pipe", "-allow-unimplemented", "-shim-path", shim, "-shim-config", config,
        "-num-workers", $"{Workers}", "-json-output", json, .. severalWords ? (string[])[] : ["-loose-errors"], .. tests is null ? (string[])[] : ["-test", string.Join(';', tests)],
    ];
}
