using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>The built command, as a program.</summary>
internal static class Opensslnb
{
    /// <summary>Where the solution is.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The command's program: of the configuration that the tests were built in, or another one, such as the one that was compiled ahead of time.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("OPENSSLNB_TEST_PROGRAM") is { Length: > 0 } path ? Path.GetFullPath(path, Root) : BuiltProgram("OpenSslNb.Cli");

    /// <summary>The program of another project.</summary>
    public static string BuiltProgram(string project) => Path.Combine(Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name, project);

    /// <summary>First number of the version of OpenSSL that it uses: 1, 3 or 4.</summary>
    public static int OpenSslMajor { get; } = FindOpenSslMajor(Environment.GetEnvironmentVariable("OPENSSLNB_OPENSSL_DIR"));

    /// <summary>Ignores the test unless it uses OpenSSL 3.</summary>
    public static void RequireOpenSsl3(string what)
    {
        if (OpenSslMajor != 3) Assert.Ignore($"{what}: for OpenSSL 3, and this is {OpenSslMajor}");
    }

    public static RunningProcess Start(params IEnumerable<string> arguments) => RunningProcess.Start(Program, arguments);

    /// <summary>Starts it with the OpenSSL of a folder. <c>env(1)</c> becomes the program: the process is the program's.</summary>
    public static RunningProcess StartWith(string openSslFolder, params IEnumerable<string> arguments) =>
        RunningProcess.Start("env", [$"OPENSSLNB_OPENSSL_DIR={openSslFolder}", Program, .. arguments]);

    /// <summary>Runs it to its end without input.</summary>
    public static async Task<Result> RunAsync(params string[] arguments)
    {
        using RunningProcess process = Start(arguments);
        process.CloseInput();
        int code = await process.WaitForExitAsync();
        return new Result(code, process.Output.Text, process.Error.Text);
    }

    /// <summary>Fails when a message is no sentence but what the run-time prints of an exception.</summary>
    public static void AssertNoStackTrace(string error)
    {
        Assert.That(error, Does.Not.Contain("   at "));
        Assert.That(error, Does.Not.Contain("Unhandled exception"));
    }

    private static int FindOpenSslMajor(string? folder) => string.IsNullOrEmpty(folder) || File.Exists(Path.Combine(folder, "libssl.so.3")) ? 3 : File.Exists(Path.Combine(folder, "libssl.so.4")) ? 4 : 1;

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "OpenSslNb.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no OpenSslNb.sln above {AppContext.BaseDirectory}");
    }

    /// <summary>How it ended and what it wrote.</summary>
    public sealed record Result(int Code, string Output, string Error);
}
