using System.CommandLine;
using System.Diagnostics;

namespace OpenSslNb.Cli;

/// <summary>
/// <c>opensslnb bench</c>: starts the benchmark, a program of its own, with the arguments as they are. It brings rivals (ASP.NET Core) and plots along, which have no place in this one.
/// </summary>
internal static class BenchCommand
{
    public const string Name = "bench";

    private const string ProgramName = "OpenSslNb.Benchmarks";

    /// <summary>The line in the list of commands. The program parses its arguments itself.</summary>
    public static Command Create() => new(Name, "This engine, SslStream, Kestrel and C side by side in one run.");

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Find() is not { } program)
        {
            await Console.Error.WriteLineAsync($"opensslnb: bench needs the program {ProgramName}, which is not among what was built here: run './build.sh bench' in a checkout, or set OPENSSLNB_BENCHMARKS to its path");
            return ExitCode.Failed;
        }

        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false }) ?? throw new IOException($"{program} did not start");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // Beside us in the folder of everything built: we are in bin/PROJECT/release, or in aot.
    private static string? Find()
    {
        string own = AppContext.BaseDirectory;
        string[] candidates =
        [
            Environment.GetEnvironmentVariable("OPENSSLNB_BENCHMARKS") ?? "",
            Path.GetFullPath(Path.Combine(own, "../..", ProgramName, "release", ProgramName)),
            Path.GetFullPath(Path.Combine(own, "../bin", ProgramName, "release", ProgramName)),
        ];
        return candidates.FirstOrDefault(File.Exists);
    }
}
