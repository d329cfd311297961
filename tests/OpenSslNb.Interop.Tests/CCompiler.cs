using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>The C compiler, for what only the real headers or a real shared object can say. A test that needs it is ignored where it, or OpenSSL's headers, are missing.</summary>
internal static class CCompiler
{
    private const string Compiler = "gcc";
    private static readonly Lazy<string?> s_missing = new(FindMissing);

    /// <summary>Where the headers of the OpenSSL in OPENSSLNB_OPENSSL_DIR are, if they came with it; null means the system's, which may be of another version.</summary>
    public static string? HeadersOfNamedFolder { get; } = FindHeaders(Environment.GetEnvironmentVariable(OpenSslLibrary.DirectoryVariable));

    /// <summary>The folder of the solution.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Ignores the test, naming what is missing, unless there is a compiler and the headers.</summary>
    public static void Require()
    {
        if (s_missing.Value is { } missing) Assert.Ignore(missing);
    }

    /// <summary>Runs the compiler; the test fails with its messages if it does.</summary>
    public static void Run(params string[] arguments)
    {
        Require();
        arguments = [.. IncludeOption, .. arguments];
        (int status, _, string messages) = Execute(Compiler, arguments);
        Assert.That(status, Is.Zero, $"{Compiler} {string.Join(' ', arguments)}\n{messages}");
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int Status, string Output, string Messages) Execute(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        Task<string> messages = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, messages.Result);
    }

    // Before the system's; what the version calls deprecated is bound on purpose.
    private static string[] IncludeOption => HeadersOfNamedFolder is { } folder ? ["-I", folder, "-Wno-deprecated-declarations"] : [];

    private static string? FindHeaders(string? directory)
    {
        if (string.IsNullOrEmpty(directory)) return null;
        string[] folders = [Path.Combine(directory, "include"), Path.Combine(directory, "..", "include")];
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "openssl", "ssl.h")));
    }

    private static string? FindMissing()
    {
        using var folder = new TemporaryFolder();
        string source = folder.Write("headers.c", "#include <stdio.h>\n#include <sys/epoll.h>\n#include <openssl/ssl.h>\n");
        try
        {
            (int status, _, string messages) = Execute(Compiler, [.. IncludeOption, "-fsyntax-only", source]);
            return status == 0 ? null : $"Headers are missing (libc6-dev, libssl-dev): {messages}";
        }
        catch (Win32Exception)
        {
            return $"{Compiler} is missing.";
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OpenSslNb.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No OpenSslNb.sln above {TestContext.CurrentContext.TestDirectory}.");
    }
}

/// <summary>A folder that goes away with its content.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("opensslnb-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
