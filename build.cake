// The build's steps. Start them with ./build.sh, which also lists them.

using System.Diagnostics;
using System.Runtime.InteropServices;

const string Solution = "OpenSslNb.sln";
const string Configuration = "Release";
const string Program = "artifacts/bin/opensslnb";
const string AheadOfTimeProgram = "artifacts/aot/opensslnb";
const string TestResults = "artifacts/test-results";

// What followed the target's name on the command line; build.sh puts a colon before each.
var rest = Arguments<string>("rest", Array.Empty<string>())
    .Select(argument => argument.StartsWith(':') ? argument[1..] : argument)
    .ToArray();

Task("Clean")
    .Description("delete everything the build made")
    .Does(() =>
{
    if (System.IO.Directory.Exists("artifacts"))
    {
        System.IO.Directory.Delete("artifacts", recursive: true);
    }
});

Task("Restore")
    .Description("fetch the NuGet packages")
    .Does(() => Run("dotnet", "restore", Solution));

Task("Build")
    .Description("compile everything in Release; the program is artifacts/bin/opensslnb")
    .IsDependentOn("Restore")
    .Does(() =>
{
    Run("dotnet", "build", Solution, "-c", Configuration, "--no-restore");

    // A dangling link does not "exist", so delete without asking.
    System.IO.File.Delete(Program);
    System.IO.File.CreateSymbolicLink(Program, "OpenSslNb.Cli/release/OpenSslNb.Cli");
});

Task("Format")
    .Description("rewrite the sources in the repository's style")
    .IsDependentOn("Restore")
    .Does(() => Run("dotnet", ["format", Solution, "--no-restore", .. rest]));

Task("FormatCheck")
    .Description("fail if Format would change a file")
    .IsDependentOn("Restore")
    .Does(() => Run("dotnet", ["format", Solution, "--no-restore", "--verify-no-changes", .. rest]));

Task("Peers")
    .Description("install the programs the tests talk to (Debian packages), where missing")
    .Does(() => InstallPeers());

Task("Test")
    .Description("run every test project; arguments go to dotnet test (--filter ...)")
    .IsDependentOn("Build")
    .IsDependentOn("Peers")
    .Does(() =>
{
    System.IO.Directory.CreateDirectory(TestResults);
    foreach (var old in System.IO.Directory.GetFiles(TestResults, "*.trx"))
    {
        System.IO.File.Delete(old);
    }

    var projects = GetFiles("tests/*.Tests/*.csproj")
        .OrderBy(file => file.FullPath, StringComparer.Ordinal)
        .ToArray();
    if (projects.Length == 0)
    {
        throw new CakeException("There is no test project under tests/.");
    }

    // One project's failure must not hide another's.
    var failed = new List<string>();
    foreach (var project in projects)
    {
        var name = project.GetFilenameWithoutExtension().ToString();
        var status = TryRun("dotnet",
        [
            "test", project.FullPath, "--no-build", "-c", Configuration,
            "--logger", $"trx;LogFileName={name}.trx", "--results-directory", TestResults,
            .. rest,
        ]);
        if (status != 0)
        {
            failed.Add(name);
        }
    }

    if (failed.Count > 0)
    {
        throw new CakeException($"Tests failed in {string.Join(", ", failed)}.");
    }
});

Task("Demo")
    .Description("build, then run the demonstration; arguments go to it (--seconds 5)")
    .IsDependentOn("Build")
    .Does(() => Run(Program, ["demo", .. rest]));

Task("Publish")
    .Description("compile the program ahead of time into artifacts/aot")
    .Does(() =>
{
    Run("dotnet", "publish", "src/OpenSslNb.Cli", "-c", Configuration, "-r", RuntimeIdentifier(), "-o", "artifacts/aot");
    System.IO.File.Move("artifacts/aot/OpenSslNb.Cli", AheadOfTimeProgram, overwrite: true);
});

Task("Pack")
    .Description("make the NuGet packages in artifacts/packages")
    .IsDependentOn("Build")
    .Does(() => Run("dotnet", "pack", Solution, "-c", Configuration, "--no-build", "-o", "artifacts/packages"));

Task("Verify")
    .Description("everything a release must pass: tests, ahead-of-time build, its demonstration")
    .IsDependentOn("Test")
    .IsDependentOn("Publish")
    .Does(() => Run(AheadOfTimeProgram, "demo"));

RunTarget(Argument<string>("target"));

// Runs a program on this terminal and returns its exit status.
int TryRun(string program, params string[] arguments)
{
    System.Console.WriteLine($"$ {program} {string.Join(' ', arguments)}");
    System.Console.Out.Flush();

    using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })
        ?? throw new CakeException($"{program} did not start.");
    process.WaitForExit();
    return process.ExitCode;
}

void Run(string program, params string[] arguments)
{
    var status = TryRun(program, arguments);
    if (status != 0)
    {
        throw new CakeException(status, $"{program} {arguments.FirstOrDefault()} ended with status {status}.");
    }
}

string RuntimeIdentifier() => RuntimeInformation.OSArchitecture switch
{
    System.Runtime.InteropServices.Architecture.X64 => "linux-x64",
    System.Runtime.InteropServices.Architecture.Arm64 => "linux-arm64",
    var other => throw new CakeException($"There is no ahead-of-time build for {other}."),
};

void InstallPeers()
{
    (string Package, bool Present)[] peers =
    [
        ("openssl", HasCommand("openssl")),
        ("libssl3", HasLibrary("libssl.so.3")),
        ("curl", HasCommand("curl")),
        ("gnutls-bin", HasCommand("gnutls-cli")),
        ("nodejs", HasCommand("node")),
        ("chromium", HasCommand("chromium") || HasCommand("chromium-browser") || HasCommand("google-chrome")),
        ("python3", HasCommand("python3")),
        ("gcc", HasCommand("gcc")),
        ("libc6-dev", HasHeader("stdio.h")),
        ("libssl-dev", HasHeader("openssl/ssl.h")),
    ];

    var missing = peers.Where(peer => !peer.Present).Select(peer => peer.Package).ToArray();
    if (missing.Length == 0)
    {
        System.Console.WriteLine("Every peer is present.");
        return;
    }

    var names = string.Join(' ', missing);
    if (!HasCommand("apt-get"))
    {
        System.Console.WriteLine($"Not installed, for there is no apt-get: {names}");
        return;
    }

    string[] root = [];
    if (Environment.UserName != "root")
    {
        if (!HasCommand("sudo") || TryRun("sudo", "-n", "true") != 0)
        {
            System.Console.WriteLine($"Not installed, for that needs root: {names}");
            return;
        }

        root = ["sudo", "-n"];
    }

    System.Console.WriteLine($"Installing: {names}");
    string[] apt = [.. root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
    if (TryRun(apt[0], [.. apt[1..], "update"]) != 0
        || TryRun(apt[0], [.. apt[1..], "install", "-y", "--no-install-recommends", .. missing]) != 0)
    {
        System.Console.WriteLine($"Not installed, for apt-get failed: {names}");
    }
}

bool HasCommand(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
    .Split(':', StringSplitOptions.RemoveEmptyEntries)
    .Any(folder => System.IO.File.Exists(System.IO.Path.Combine(folder, name)));

bool HasHeader(string name) => HasFile(["/usr/include", "/usr/local/include"], name);

bool HasLibrary(string name) => HasFile(["/usr/lib", "/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"], name);

// Looks in each folder and in its multiarch folders (x86_64-linux-gnu and the like).
bool HasFile(string[] folders, string name) => folders
    .Where(System.IO.Directory.Exists)
    .SelectMany(folder => System.IO.Directory.GetDirectories(folder, "*-linux-*").Prepend(folder))
    .Any(folder => System.IO.File.Exists(System.IO.Path.Combine(folder, name)));
