using System.Diagnostics;

namespace OpenSslNb.Benchmarks;

/// <summary>What a short command prints.</summary>
internal static class CommandOutput
{
    /// <exception cref="BenchmarkException">It failed.</exception>
    public static string Of(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true }) ?? throw new BenchmarkException($"{program} did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new BenchmarkException($"{program} ended with status {process.ExitCode}");
    }
}
