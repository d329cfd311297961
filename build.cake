// The build's steps. Start them with ./build.sh, which also lists them.

using System.Diagnostics;
using System.Runtime.InteropServices;

const string Solution = "OpenSslNb.sln";
const string Configuration = "Release";
const string Program = "artifacts/bin/opensslnb";
const string AheadOfTimeProgram = "artifacts/aot/opensslnb";
const string TestResults = "artifacts/test-results";
const string FuzzFolder = "artifacts/fuzz";
const string FuzzProgram = "artifacts/bin/OpenSslNb.Fuzz/release/OpenSslNb.Fuzz";

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

Task("Fuzz")
    .Description("fuzz what a peer may send, with AFL++ (--seconds 60; --planted: find the planted bug)")
    .Does(() => Fuzz(int.Parse(Option("--seconds") ?? "60"), planted: rest.Contains("--planted")));

Task("Verify")
    .Description("everything a release must pass: tests, fuzzing, ahead-of-time build, its demonstration")
    .IsDependentOn("Test")
    .IsDependentOn("Fuzz")
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

// The value behind a switch that follows the target, or null.
string Option(string name) => Array.IndexOf(rest, name) is >= 0 and var at && at + 1 < rest.Length ? rest[at + 1] : null;

// Runs afl-fuzz on instrumented copies; the build's own output stays as it is.
void Fuzz(int seconds, bool planted)
{
    InstallPackages([("afl++", HasCommand("afl-fuzz"))], "afl-fuzz is present.");
    if (!HasCommand("afl-fuzz")) throw new CakeException("Fuzzing needs afl-fuzz (Debian's afl++).");
    Run("dotnet", "build", "tests/OpenSslNb.Fuzz", "-c", Configuration);
    if (System.IO.Directory.Exists(FuzzFolder)) System.IO.Directory.Delete(FuzzFolder, recursive: true);
    CopyDirectory(System.IO.Path.GetDirectoryName(FuzzProgram)!, $"{FuzzFolder}/bin");
    foreach (var assembly in new[] { "OpenSslNb.dll", "OpenSslNb.Engine.dll" }) Run("dotnet", "sharpfuzz", $"{FuzzFolder}/bin/{assembly}");

    // The planted bug has to be found from one dull input.
    var corpus = "tests/OpenSslNb.Fuzz/Corpus";
    if (planted)
    {
        corpus = $"{FuzzFolder}/dull";
        System.IO.Directory.CreateDirectory(corpus);
        System.IO.File.Copy("tests/OpenSslNb.Fuzz/Corpus/Established-client-12", $"{corpus}/start");
    }

    var status = RunAfl(corpus, seconds, planted);
    ReportFuzzing(status, planted);
}

int RunAfl(string corpus, int seconds, bool planted)
{
    var afl = new ProcessStartInfo("afl-fuzz", ["-i", corpus, "-o", $"{FuzzFolder}/out", "-V", $"{seconds}", "-t", "10000", "-m", "none", "--", $"{FuzzFolder}/bin/OpenSslNb.Fuzz", "--afl"])
    {
        UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
    };
    foreach (var name in new[] { "AFL_SKIP_BIN_CHECK", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_SKIP_CPUFREQ", "AFL_NO_AFFINITY", "AFL_NO_UI" }) afl.Environment[name] = "1";
    if (planted) afl.Environment["OPENSSLNB_FUZZ_PLANT"] = afl.Environment["AFL_BENCH_UNTIL_CRASH"] = "1";

    System.Console.WriteLine($"$ afl-fuzz {string.Join(' ', afl.ArgumentList)}");
    System.Console.Out.Flush();
    using var log = new System.IO.StreamWriter($"{FuzzFolder}/afl.log");
    using var process = System.Diagnostics.Process.Start(afl) ?? throw new CakeException("afl-fuzz did not start.");
    process.OutputDataReceived += (_, line) => { lock (log) log.WriteLine(line.Data); };
    process.ErrorDataReceived += (_, line) => { lock (log) log.WriteLine(line.Data); };
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    process.WaitForExit();
    return process.ExitCode;
}

void ReportFuzzing(int status, bool planted)
{
    const string Output = $"{FuzzFolder}/out/default";
    string[] Found(string kind) => System.IO.Directory.Exists($"{Output}/{kind}") ? System.IO.Directory.GetFiles($"{Output}/{kind}", "id*") : [];

    if (System.IO.File.Exists($"{Output}/fuzzer_stats"))
    {
        var stats = System.IO.File.ReadLines($"{Output}/fuzzer_stats").Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        System.Console.WriteLine($"{stats["execs_done"]} executions in {stats["run_time"]} s ({stats["execs_per_sec"]} a second), {stats["corpus_count"]} paths, stability {stats["stability"]}, {Found("crashes").Length} crashes, {Found("hangs").Length} hangs");
    }

    // One process runs input after input: when it dies or hangs, afl-fuzz gives up, and this is the input.
    string[] broken = [.. Found("crashes"), .. Found("hangs"), .. status == 0 || !System.IO.File.Exists($"{Output}/.cur_input") ? Array.Empty<string>() : [$"{Output}/.cur_input"]];
    foreach (var input in broken) System.Console.WriteLine($"broken: {input}\n  reproduce: {(planted ? "OPENSSLNB_FUZZ_PLANT=1 " : "")}{FuzzProgram} '{input}'");
    if (planted && broken.Length == 0) throw new CakeException("The planted bug was not found.");
    if (!planted && broken.Length > 0) throw new CakeException($"{broken.Length} inputs break the machine.");
    if (!planted && status != 0) throw new CakeException(status, $"afl-fuzz ended with status {status}; see {FuzzFolder}/afl.log.");
}

void InstallPeers()
{
    (string Package, bool Present)[] peers =
    [
        ("openssl", HasCommand("openssl")),
        ("libssl3", HasLibrary("libssl.so.3")),
        ("curl", HasCommand("curl")),
        ("gnutls-bin", HasCommand("gnutls-cli")),
        ("nodejs", HasCommand("node")),
        ("python3", HasCommand("python3")),
        ("gcc", HasCommand("gcc")),
        ("libc6-dev", HasHeader("stdio.h")),
        ("libssl-dev", HasHeader("openssl/ssl.h")),
    ];

    InstallPackages(peers, "Every peer is present.");
}

void InstallPackages((string Package, bool Present)[] wanted, string whenPresent)
{
    var missing = wanted.Where(peer => !peer.Present).Select(peer => peer.Package).ToArray();
    if (missing.Length == 0)
    {
        System.Console.WriteLine(whenPresent);
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
