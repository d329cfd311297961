using System.Diagnostics;

namespace OpenSslNb.Cli;

/// <summary>Where a command dies in native code, as <c>gdb(1)</c> sees it when the command is run again.</summary>
internal static class NativeStack
{
    private const int Frames = 30;

    // Signals that the run-time uses for itself: they are no faults.
    private const string PassQuietly = "handle SIGUSR1 SIG33 SIG34 SIG35 SIG36 nostop noprint pass";

    /// <summary>The frames, innermost first, or why there are none.</summary>
    public static async Task<string> OfAsync(string[] command)
    {
        var start = new ProcessStartInfo("gdb", ["-batch", "-nx", "-ex", PassQuietly, "-ex", "run", "-ex", $"backtrace {Frames}", "--args", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBUGINFOD_URLS"] = "";
        try
        {
            using Process gdb = Process.Start(start)!;
            Task<string> error = gdb.StandardError.ReadToEndAsync();
            string output = await gdb.StandardOutput.ReadToEndAsync();
            await gdb.WaitForExitAsync();
            _ = await error;
            string[] frames = [.. output.Split('\n').Where(line => line.StartsWith('#')).Select(line => line.Trim())];
            return frames.Length == 0 ? "gdb saw no fault; " : $"{string.Join(" ", frames)}; ";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no stack, for there is no gdb; ";
        }
    }
}
