using System.Text;
using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>Programs that do one thing and end.</summary>
internal static class Tool
{
    /// <summary>What it wrote to standard output; fails with its words when it does not exit with 0.</summary>
    public static async Task<string> RunAsync(string program, string package, params IEnumerable<string> arguments)
    {
        await using ExternalProcess process = ExternalProcess.Start(program, package, arguments);
        process.CloseInput();
        int code = await process.ExitAsync();
        Assert.That(code, Is.Zero, $"{program} {string.Join(' ', arguments)}: {process.Output.Tail}{process.Error.Tail}");
        return Encoding.UTF8.GetString(process.Output.ToArray());
    }

    /// <summary>Exit code and both outputs, whatever they are.</summary>
    public static async Task<(int Code, string Output, string Error)> TryAsync(string program, params IEnumerable<string> arguments)
    {
        await using ExternalProcess process = ExternalProcess.Start(program, program, arguments);
        process.CloseInput();
        int code = await process.ExitAsync();
        return (code, Encoding.UTF8.GetString(process.Output.ToArray()), Encoding.UTF8.GetString(process.Error.ToArray()));
    }

    /// <summary>A line of shell, as a person would type it in a folder, with the archive's packages known to pkg-config.</summary>
    public static Task<string> ShellAsync(string folder, string line) =>
        RunAsync("env", "coreutils", "-C", folder, $"PKG_CONFIG_PATH={Archive.PackageConfigPath}", "sh", "-ec", line);
}
