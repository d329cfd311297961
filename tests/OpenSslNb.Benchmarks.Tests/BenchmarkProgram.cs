using System.Diagnostics;
using NUnit.Framework;

namespace OpenSslNb.Benchmarks.Tests;

/// <summary>The benchmark as people start it.</summary>
internal static class BenchmarkProgram
{
    public static string ArtifactsFolder { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../.."));

    public static string Command { get; } = Path.Combine(ArtifactsFolder, "bin/OpenSslNb.Cli/release/OpenSslNb.Cli");

    /// <summary>Runs <c>opensslnb bench</c> to its end.</summary>
    public static async Task<(int Status, string Output, string Messages)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Command, ["bench", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true });
        Assert.That(process, Is.Not.Null);
        Task<string> output = process!.StandardOutput.ReadToEndAsync();
        Task<string> messages = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return (process.ExitCode, await output, await messages);
    }
}
