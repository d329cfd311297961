using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>The built command, for what needs a process in which nobody has used OpenSSL yet.</summary>
internal static class OpensslnbProgram
{
    // Far above what any of these takes, so that only one that hangs is killed.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/ is where everything built goes.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "OpenSslNb.Cli", own.Name, "OpenSslNb.Cli");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment.TryAdd("DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")));
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"opensslnb {string.Join(' ', arguments)} did not end within {s_deadline}");
        }

        string text = $"{await output}{await error}";
        await TestContext.Out.WriteLineAsync(text);
        return (process.ExitCode, text);
    }
}
