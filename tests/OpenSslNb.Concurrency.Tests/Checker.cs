using System.Diagnostics;
using NUnit.Framework;

namespace OpenSslNb.Concurrency.Tests;

/// <summary>The exploring program, in processes of its own: the engine that it loads is the rewritten copy.</summary>
internal static class Checker
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    /// <summary>Runs it: exit status, and what it said.</summary>
    public static async Task<(int Status, string Output)> RunAsync(params string[] arguments)
    {
        string program = typeof(Program).Assembly.Location;
        using Process process = Process.Start(new ProcessStartInfo(DotnetHost, [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        string said = await output + await errors;
        await TestContext.Out.WriteLineAsync(said);
        return (process.ExitCode, said);
    }

    private static string DotnetHost => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
