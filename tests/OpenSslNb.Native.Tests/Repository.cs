using System.Diagnostics;
using NUnit.Framework;

namespace OpenSslNb.Native.Tests;

/// <summary>Where things are, and programs that are run there.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string NativeFolder { get; } = Path.Combine(Root, "artifacts", "native");

    public static string Library { get; } = Path.Combine(NativeFolder, "lib", "libopensslnb.so");

    public static string Header { get; } = Path.Combine(Root, "native", "include", "opensslnb.h");

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>Runs a program to its end; the environment is added to.</summary>
    public static (int Status, string Output) Run(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Root };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> messages = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + messages.Result);
    }

    /// <summary>Runs a program that must succeed; the test fails with its words otherwise.</summary>
    public static string Must(string program, params string[] arguments)
    {
        (int status, string output) = Run(new Dictionary<string, string>(), program, arguments);
        Assert.That(status, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    public static bool HasCommand(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, name)));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OpenSslNb.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No OpenSslNb.sln above {TestContext.CurrentContext.TestDirectory}.");
    }
}
