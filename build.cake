// The build's steps. Start them with ./build.sh, which also lists them.

using System.Diagnostics;
using System.Runtime.InteropServices;

const string Solution = "OpenSslNb.sln";
const string Configuration = "Release";
const string Program = "artifacts/bin/opensslnb";
const string AheadOfTimeProgram = "artifacts/aot/opensslnb";
const string Checker = "artifacts/bin/OpenSslNb.Concurrency/release/OpenSslNb.Concurrency";
const string TestResults = "artifacts/test-results";
const string OldestOpenSsl = "1.1.1";
string[] otherOpenSsls = [OldestOpenSsl, "3.5", "3.6", "4.0"];
string[] openSslSuites = ["OpenSslNb.Interop.Tests", "OpenSslNb.Engine.Tests", "OpenSslNb.Tests", "OpenSslNb.Cli.Tests", "OpenSslNb.Peers.Tests", "OpenSslNb.Conformance.Tests"];
const string NativeFolder = "artifacts/native";
const string FuzzFolder = "artifacts/fuzz";
const string SslTests = "artifacts/bin/OpenSslNb.Conformance.SslTests/release/OpenSslNb.Conformance.SslTests";
const string SslTestsFolder = "artifacts/conformance";
const string SslTestsPage = "docs/conformance-ssl-tests.md";
const string FuzzProgram = "artifacts/bin/OpenSslNb.Fuzz/release/OpenSslNb.Fuzz";

// What followed the target's name on the command line; build.sh puts a colon before each.
var rest = Arguments<string>("rest", Array.Empty<string>())
    .Select(argument => argument.StartsWith(':') ? argument[1..] : argument)
    .ToArray();

// The same for one target: as a part of another, the arguments are that one's.
string[] RestOf(string target) => string.Equals(Argument<string>("target"), target, StringComparison.OrdinalIgnoreCase) ? rest : [];

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
    .Description("install the programs the tests talk to (Debian packages), where missing; fetch OpenSSL 1.1.1 and a provider for keys in tokens")
    .Does(() =>
{
    InstallPeers();

    // 3 MB and 1 MB, and lists of packages. The tests that want them say that they are skipped without.
    foreach (var name in (string[])[OldestOpenSsl, "pkcs11"])
    {
        if (TryRun("native/openssl/fetch.sh", name) != 0)
        {
            System.Console.WriteLine($"Not fetched: OpenSSL {name}");
        }
    }
});

Task("Test")
    .Description("run every test project, then fuzz for a minute; arguments go to dotnet test (--filter ...), without fuzzing")
    .IsDependentOn("BenchPrograms")
    .IsDependentOn("PackNative")
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
    var failed = projects.Where(project => !RunTests(project.FullPath, TestResults, null, rest)).ToArray();
    if (failed.Length > 0)
    {
        throw new CakeException($"Tests failed in {string.Join(", ", failed.Select(project => project.GetFilenameWithoutExtension()))}.");
    }

    // Some tests that were asked for by name need no fuzzing.
    if (rest.Length > 0) return;
    if (HasCommand("afl-fuzz")) Fuzz(seconds: 60, planted: false);
    else System.Console.WriteLine("Not fuzzed, for there is no afl-fuzz: the corpus was replayed with mutations of its own.");
});

Task("Versions")
    .Description("fetch other versions of OpenSSL (1.1.1, 3.5, 3.6 and 4.0, or those named) and test with each of them; a table")
    .IsDependentOn("Build")
    .IsDependentOn("Peers")
    .Does(() =>
{
    string[] versions = RestOf("versions") is { Length: > 0 } named ? named : otherOpenSsls;
    if (versions.Any(version => version != OldestOpenSsl))
    {
        Install([("gcc", HasCommand("gcc")), ("libc6-dev", HasHeader("stdio.h")), ("make", HasCommand("make")), ("perl", HasCommand("perl"))]);
    }

    if (TryRun("native/openssl/fetch.sh", "fips") != 0) System.Console.WriteLine("Not built: the FIPS provider");
    var failed = versions.SelectMany(TestVersion).ToArray();
    PrintVersions(versions);
    if (failed.Length > 0)
    {
        throw new CakeException($"Failed: {string.Join(", ", failed)}.");
    }
});

Task("BenchPrograms")
    .Description("compile what the benchmark runs: the servers, ahead of time too, and the C programs")
    .IsDependentOn("Build")
    .IsDependentOn("Peers")
    .Does(() =>
{
    Install([("make", HasCommand("make"))]);
    Run("make", "--silent", "-C", "native/bench", $"OUT={System.IO.Path.GetFullPath("artifacts/native-bench")}");
    Run("dotnet", "publish", "tests/Benchmarks/OpenSslNb.Benchmarks.EngineServer", "-c", Configuration, "-r", RuntimeIdentifier(), "-p:PublishAot=true", "-o", "artifacts/aot-bench");
});

Task("Bench")
    .Description("measure this engine beside SslStream, Kestrel and C into artifacts/bench, within 20 minutes; arguments go to the program (--scenario echo-64)")
    .IsDependentOn("BenchPrograms")
    .Does(() => Run(Program, ["bench", .. rest.Length > 0 ? rest : ["--report", "artifacts/bench"]]));

Task("Microbench")
    .Description("measure the parts of the hot path with BenchmarkDotNet; arguments go to it (--filter '*Poller*')")
    .IsDependentOn("Build")
    .Does(() => Run("artifacts/bin/OpenSslNb.Benchmarks.Micro/release/OpenSslNb.Benchmarks.Micro", [.. rest.Length > 0 ? rest : ["--filter", "*"]]));

Task("Concurrency")
    .Description("ten times the schedules of the tests, from a seed of today; arguments go to the checker (--times 100, --list)")
    .IsDependentOn("Build")
    .Does(() => Run(Checker, rest.Contains("--list") || rest.Contains("--replay") ? rest : ["--times", "10", "--seed", DateTime.UtcNow.ToString("yyyyMMdd"), .. rest]));

Task("Demo")
    .Description("build, then run the demonstration; arguments go to it (--seconds 5)")
    .IsDependentOn("Build")
    .Does(() => Run(Program, ["demo", .. rest]));

Task("Memory")
    .Description("fail every allocation of OpenSSL in simulated sessions in turn, and count what sessions leave")
    .IsDependentOn("Build")
    .Does(() =>
{
    Run(Program, ["sim-memory", .. rest]);
    Run(Program, "sim-memory", "--session", "cold-start", "--every", "100");
    Run(Program, "sim-memory", "account");
});

Task("Publish")
    .Description("compile the program ahead of time into artifacts/aot")
    .Does(() =>
{
    Run("dotnet", "publish", "src/OpenSslNb.Cli", "-c", Configuration, "-r", RuntimeIdentifier(), "-o", "artifacts/aot");
    System.IO.File.Move("artifacts/aot/OpenSslNb.Cli", AheadOfTimeProgram, overwrite: true);
    double[] starts = [.. Enumerable.Range(0, 21).Select(_ => MillisecondsOf(AheadOfTimeProgram, "--version")).Order()];
    System.Console.WriteLine($"{AheadOfTimeProgram}: {new System.IO.FileInfo(AheadOfTimeProgram).Length:N0} bytes; --version takes {starts[10]:N1} ms (median of 21, best {starts[0]:N1})");
});

Task("CheckPublished")
    .Description("the tests of the command with the program that was compiled ahead of time; arguments go to dotnet test")
    .IsDependentOn("Build")
    .IsDependentOn("Peers")
    .IsDependentOn("Publish")
    .Does(() =>
{
    Run("env", ["OPENSSLNB_TEST_PROGRAM=" + AheadOfTimeProgram, "dotnet", "test", "tests/OpenSslNb.Cli.Tests/OpenSslNb.Cli.Tests.csproj", "--no-build", "-c", Configuration, "--logger", "trx;LogFileName=OpenSslNb.Cli.Tests.trx", "--results-directory", $"{TestResults}/published", .. rest]);
});

Task("PublishNative")
    .Description("compile libopensslnb.so, for programs in C and their like, into artifacts/native")
    .Does(() =>
{
    Run("dotnet", "publish", "src/OpenSslNb.Native", "-c", Configuration, "-r", RuntimeIdentifier(), "-o", $"{NativeFolder}/publish");
    LayOutNative();
});

Task("CheckNative")
    .Description("the C programs of native/tests: as they are, with sanitizers, and under memcheck, in their long form")
    .IsDependentOn("Peers")
    .IsDependentOn("PublishNative")
    .Does(() =>
{
    foreach (var (name, option) in new[] { ("native-tests", "-DONB_SANITIZE=OFF"), ("native-tests-sanitize", "-DONB_SANITIZE=ON"), ("native-tests-memcheck", "-DONB_MEMCHECK=ON") })
    {
        Run("cmake", "-S", "native/tests", "-B", $"artifacts/{name}", $"-DONB_ROOT={System.IO.Path.GetFullPath(NativeFolder)}", option);
        Run("cmake", "--build", $"artifacts/{name}", "--parallel", "2");
        Run("ctest", "--test-dir", $"artifacts/{name}", "--output-on-failure");
    }
});

Task("PackNative")
    .Description("make artifacts/native/opensslnb-VERSION-PLATFORM.tar.gz: the C library, headers, examples, licences")
    .IsDependentOn("PublishNative")
    .Does(PackNative);

Task("Pack")
    .Description("make the NuGet packages in artifacts/packages")
    .IsDependentOn("Build")
    .Does(() => Run("dotnet", "pack", Solution, "-c", Configuration, "--no-build", "-o", "artifacts/packages"));

Task("Fuzz")
    .Description("fuzz what a peer may send, with AFL++ (--seconds 60; --planted: find the planted bug)")
    .Does(() => Fuzz(int.Parse(Option("--seconds") ?? "60"), planted: rest.Contains("--planted")));

Task("Mutate")
    .Description("plant defects in a copy, one at a time (tests/Mutations), and show the test that catches each; arguments choose by name")
    .IsDependentOn("Restore")
    .Does(() =>
{
    var tree = System.IO.Path.GetFullPath("artifacts/mutants");
    foreach (var folder in new[] { "src", "interop", "tests", "native" })
    {
        var stale = System.IO.Path.Combine(tree, folder);
        if (System.IO.Directory.Exists(stale)) System.IO.Directory.Delete(stale, recursive: true);
    }

    Run("git", "checkout-index", "--all", "--force", $"--prefix={tree}/");
    var mutations = System.Text.Json.JsonSerializer.Deserialize<Mutation[]>(System.IO.File.ReadAllText("tests/Mutations/mutations.json"), new System.Text.Json.JsonSerializerOptions { PropertyNameCaseInsensitive = true });
    if (RestOf("mutate").Length > 0) mutations = mutations.Where(mutation => rest.Any(part => mutation.Name.Contains(part))).ToArray();
    if (mutations.Length == 0) throw new CakeException($"No mutation's name contains {string.Join(" or ", rest)}.");
    var lines = mutations.Select(mutation => (mutation.Name, Catch: CatchMutation(tree, mutation))).ToArray();
    System.Console.WriteLine();
    foreach (var (name, found) in lines) System.Console.WriteLine($"{(found is null ? "SURVIVED" : "caught  ")}  {name}{(found is null ? "" : $": {found}")}");
    if (lines.Any(line => line.Catch is null)) throw new CakeException("A planted defect was not caught.");
});

Task("Simulate")
    .Description("every byte boundary, failing system call and schedule, and worlds by seed; one table (--runs 3000)")
    .IsDependentOn("Build")
    .Does(() => Run(Program, ["sim", "--scenario", "all", "--runs", "3000", .. rest]));

Task("Scan")
    .Description("testssl.sh against serve http with each OpenSSL that is here (or those named): what it finds into docs/conformance.md; fails for what is above LOW and not explained")
    .IsDependentOn("Build")
    .Does(() =>
{
    Install([("testssl.sh", HasCommand("testssl")), ("openssl", HasCommand("openssl"))]);
    if (HasCommand("testssl")) Scan(RestOf("scan"));
    else System.Console.WriteLine("Not scanned, for there is no testssl.");
});

Task("SslTests")
    .Description("replay OpenSSL's own handshake cases with each OpenSSL that is here (or those named) into docs/conformance.md; fails for what is not explained")
    .IsDependentOn("Build")
    .Does(() =>
{
    // Those that are named are fetched.
    string[] named = RestOf("ssltests");
    ReplaySslTests(named.Length > 0 ? named : PresentOpenSsls(named), writesPage: named.Length == 0);
});

Task("Bogo")
    .Description("BoringSSL's protocol tests (--runner chromium for its newest) with each OpenSSL that is here (or those named) into docs/conformance.md; fails for what is not explained")
    .IsDependentOn("Build")
    .Does(() =>
{
    string[] named = RestOf("bogo");
    RunBogo(BogoRunner(ref named), named);
});

Task("Conformance")
    .Description("all tables of docs/conformance.md, with each OpenSSL that is here: OpenSSL's own cases, both runners of BoringSSL's tests, testssl.sh; an hour and a half on two cores")
    .IsDependentOn("SslTests")
    .IsDependentOn("Scan")
    .Does(() =>
{
    RunBogo("android", []);
    RunBogo("chromium", []);
});

Task("Verify")
    .Description("everything a release must pass, in its long form; takes hours")
    .IsDependentOn("Test")
    .IsDependentOn("Simulate")
    .IsDependentOn("Memory")
    .IsDependentOn("Concurrency")
    .IsDependentOn("Mutate")
    .IsDependentOn("CheckNative")
    .IsDependentOn("Versions")
    .IsDependentOn("CheckPublished")
    .IsDependentOn("Scan")
    .IsDependentOn("SslTests")
    .IsDependentOn("Bogo")
    .Does(() => Run(AheadOfTimeProgram, "demo"));

RunTarget(Argument<string>("target"));

// The library under the names that linkers look for, beside its header.
void LayOutNative()
{
    var version = ProductVersion();
    var file = $"libopensslnb.so.{version}";
    var soname = $"libopensslnb.so.{version.Split('.')[0]}";
    foreach (var folder in (string[])["lib", "include"]) System.IO.Directory.CreateDirectory($"{NativeFolder}/{folder}");
    System.IO.File.Copy($"{NativeFolder}/publish/OpenSslNb.Native.so", $"{NativeFolder}/lib/{file}", overwrite: true);
    System.IO.File.Copy("native/include/opensslnb.h", $"{NativeFolder}/include/opensslnb.h", overwrite: true);
    foreach (var (link, target) in new[] { (soname, file), ("libopensslnb.so", soname) })
    {
        System.IO.File.Delete($"{NativeFolder}/lib/{link}");
        System.IO.File.CreateSymbolicLink($"{NativeFolder}/lib/{link}", target);
    }

    System.Console.WriteLine($"{NativeFolder}/lib/{file}: {new System.IO.FileInfo($"{NativeFolder}/lib/{file}").Length:N0} bytes");
}

// The archive for those who embed the library: it may be unpacked anywhere.
void PackNative()
{
    var version = ProductVersion();
    var name = $"opensslnb-{version}-{RuntimeIdentifier()}";
    var tree = $"{NativeFolder}/{name}";
    if (System.IO.Directory.Exists(tree)) System.IO.Directory.Delete(tree, recursive: true);
    foreach (var folder in (string[])["lib/pkgconfig", "lib/cmake/opensslnb", "include", "examples", "docs", "licenses", "suppressions"]) System.IO.Directory.CreateDirectory($"{tree}/{folder}");

    Run("sh", "-c", $"cp -P {NativeFolder}/lib/libopensslnb.so* {tree}/lib/");
    foreach (var header in System.IO.Directory.GetFiles("native/include")) System.IO.File.Copy(header, $"{tree}/include/{System.IO.Path.GetFileName(header)}");
    FillIn("native/package/opensslnb.pc", $"{tree}/lib/pkgconfig", version);
    foreach (var file in System.IO.Directory.GetFiles("native/package", "*.cmake")) FillIn(file, $"{tree}/lib/cmake/opensslnb", version);
    FillIn("native/package/README.md", tree, version);
    System.IO.File.Copy("native/package/lsan.supp", $"{tree}/suppressions/lsan.supp");
    System.IO.File.WriteAllText($"{tree}/suppressions/valgrind.supp", System.IO.File.ReadAllText("native/tests/valgrind.supp") + System.IO.File.ReadAllText("native/package/valgrind.supp"));
    System.IO.File.WriteAllText($"{tree}/docs/embedding.md", System.IO.File.ReadAllText("docs/embedding.md").Replace("](../native/", "](../"));
    System.IO.File.Copy("LICENSE", $"{tree}/LICENSE");
    CopyRuntimeLicences($"{tree}/licenses");

    // What git knows, and not what was built or compiled in place.
    Run("sh", "-c", $"git ls-files native/examples | sed s,^native/examples/,, | tar -c -C native/examples -T - | tar -x -C {tree}/examples");

    // The same bytes from the same sources: names in order, nobody's, and as old as the last commit.
    Run("sh", "-c", $"tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX-w --mtime=@$(git log -1 --format=%ct) -C {NativeFolder} -c {name} | gzip -9n > {tree}.tar.gz");
    System.Console.WriteLine($"{tree}.tar.gz: {new System.IO.FileInfo($"{tree}.tar.gz").Length:N0} bytes");
}

// Copies a file of the package, with the version and the platform where they belong.
void FillIn(string file, string folder, string version)
{
    var text = System.IO.File.ReadAllText(file)
        .Replace("@VERSION@", version)
        .Replace("@MAJOR@", version.Split('.')[0])
        .Replace("@PLATFORM@", RuntimeIdentifier())
        .Replace("@PROCESSORS@", RuntimeIdentifier() == "linux-x64" ? "x86_64|AMD64" : "aarch64|arm64");
    System.IO.File.WriteAllText(System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)), text);
}

// The runtime that is linked into the library, from the package that it came in.
void CopyRuntimeLicences(string folder)
{
    var package = $"Microsoft.NETCore.App.Runtime.NativeAOT.{RuntimeIdentifier()}";
    var assets = System.Text.Json.Nodes.JsonNode.Parse(System.IO.File.ReadAllText("artifacts/obj/OpenSslNb.Native/project.assets.json"));
    var packages = assets["packageFolders"].AsObject().First().Key;
    var used = assets["project"]["frameworks"].AsObject().First().Value["downloadDependencies"].AsArray().Single(dependency => (string)dependency["name"] == package);
    var version = ((string)used["version"]).Trim('[').Split(',')[0];
    foreach (var file in (string[])["LICENSE.TXT", "THIRD-PARTY-NOTICES.TXT"])
    {
        // Not a copy of the file, which says that it can be executed.
        var text = System.IO.File.ReadAllBytes(System.IO.Path.Combine(packages, package.ToLowerInvariant(), version, file));
        System.IO.File.WriteAllBytes($"{folder}/dotnet-runtime-{file}", text);
    }
}

string ProductVersion() => System.Xml.Linq.XDocument.Load("Directory.Build.props").Descendants("Version").Single().Value;

// Runs a test project that is built; with the OpenSSL of a folder unless that is null. False when a test failed.
bool RunTests(string project, string results, string openSslFolder, params string[] arguments)
{
    var name = System.IO.Path.GetFileNameWithoutExtension(project);
    return TryRunWith(openSslFolder, "dotnet",
    [
        "test", project, "--no-build", "-c", Configuration,
        "--logger", $"trx;LogFileName={name}.trx", "--results-directory", results,
        .. arguments,
    ]) == 0;
}

// Fetches a version, runs what depends on OpenSSL with it, and returns what failed.
IEnumerable<string> TestVersion(string version)
{
    if (TryRun("native/openssl/fetch.sh", version) != 0)
    {
        return [$"native/openssl/fetch.sh {version}"];
    }

    var folder = System.IO.Path.GetFullPath($"artifacts/openssl/{version}/lib");
    var failed = openSslSuites
        .Where(suite => !RunTests($"tests/{suite}/{suite}.csproj", $"{TestResults}/openssl-{version}", folder))
        .ToList();
    if (TryRunWith(folder, Program, "demo") != 0)
    {
        failed.Add("the demonstration");
    }

    return failed.Select(what => $"{what} with OpenSSL {version}").ToArray();
}

// The suites on each version: passed, failed, skipped and why. The system's own is there when it was tested before.
void PrintVersions(string[] versions)
{
    System.Console.WriteLine();
    System.Console.WriteLine("| OpenSSL | suite | passed | failed | skipped |");
    System.Console.WriteLine("| --- | --- | --- | --- | --- |");
    var reasons = new List<string>();
    foreach (var (version, folder) in versions.Select(version => (version, $"{TestResults}/openssl-{version}")).Prepend(("the system's", TestResults)))
    {
        foreach (var suite in openSslSuites.Where(suite => System.IO.File.Exists($"{folder}/{suite}.trx")))
        {
            var trx = System.Xml.Linq.XDocument.Load($"{folder}/{suite}.trx");
            int Count(string outcome) => trx.Descendants().Count(element => element.Name.LocalName == "UnitTestResult" && (string)element.Attribute("outcome") == outcome);
            var skipped = trx.Descendants().Where(element => element.Name.LocalName == "UnitTestResult" && (string)element.Attribute("outcome") == "NotExecuted").ToArray();
            System.Console.WriteLine($"| {version} | `{suite}` | {Count("Passed")} | {Count("Failed")} | {skipped.Length} |");
            reasons.AddRange(skipped
                .GroupBy(element => element.Descendants().FirstOrDefault(inner => inner.Name.LocalName is "Message" or "StdOut")?.Value.Trim().Split('\n')[0] ?? "no reason was given")
                .Select(group => $"{version}, {suite}: {group.Count()} skipped: {group.Key}"));
        }
    }

    System.Console.WriteLine();
    reasons.ForEach(System.Console.WriteLine);
}

// Runs a program on this terminal and returns its exit status.
int TryRun(string program, params string[] arguments) => TryRunWith(null, program, arguments);

// The same, with the OpenSSL of a folder unless that is null.
int TryRunWith(string openSslFolder, string program, params string[] arguments)
{
    System.Console.WriteLine($"$ {program} {string.Join(' ', arguments)}");
    System.Console.Out.Flush();

    var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
    if (openSslFolder is not null)
    {
        start.Environment["OPENSSLNB_OPENSSL_DIR"] = openSslFolder;
    }

    using var process = System.Diagnostics.Process.Start(start)
        ?? throw new CakeException($"{program} did not start.");
    process.WaitForExit();
    return process.ExitCode;
}

double MillisecondsOf(string program, params string[] arguments)
{
    var clock = Stopwatch.StartNew();
    using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return clock.Elapsed.TotalMilliseconds;
}

void Run(string program, params string[] arguments)
{
    var status = TryRun(program, arguments);
    if (status != 0)
    {
        throw new CakeException(status, $"{program} {arguments.FirstOrDefault()} ended with status {status}.");
    }
}

// Plants one defect, runs its test, takes the defect out again. The first test that failed, or null when none did.
string CatchMutation(string tree, Mutation mutation)
{
    var file = System.IO.Path.Combine(tree, mutation.File);
    var original = System.IO.File.ReadAllText(file);
    if (original.Split(mutation.Find).Length != 2) throw new CakeException($"mutation '{mutation.Name}': its text must stand once in {mutation.File}.");
    var results = System.IO.Path.Combine(tree, "results");
    if (System.IO.Directory.Exists(results)) System.IO.Directory.Delete(results, recursive: true);
    System.IO.File.WriteAllText(file, original.Replace(mutation.Find, mutation.Replace));
    try
    {
        var project = System.IO.Path.Combine(tree, "tests", mutation.Project);
        Run("dotnet", "build", project, "-c", Configuration, "-v", "quiet");
        string[] test = ["test", project, "-c", Configuration, "--no-build", "--filter", mutation.Filter, "--logger", "trx;LogFileName=mutant.trx", "--results-directory", results, "--blame-hang-timeout", "2m", "-v", "quiet"];
        if (TryRun("dotnet", test) == 0) return null;
    }
    finally
    {
        System.IO.File.WriteAllText(file, original);
    }

    var trx = System.IO.Path.Combine(results, "mutant.trx");
    var failed = !System.IO.File.Exists(trx) ? null : System.Text.RegularExpressions.Regex.Match(System.IO.File.ReadAllText(trx), "testName=\"([^\"]+)\"[^>]*outcome=\"Failed\"");
    return failed is { Success: true } ? System.Net.WebUtility.HtmlDecode(failed.Groups[1].Value) : "the test process did not survive it";
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
    Install([("afl++", HasCommand("afl-fuzz"))]);
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

void InstallPeers() => Install(
    [
        ("openssl", HasCommand("openssl")),
        ("libssl3", HasLibrary("libssl.so.3")),
        ("curl", HasCommand("curl")),
        ("gnutls-bin", HasCommand("gnutls-cli")),
        ("libnss3-tools", HasCommand("pk12util")),
        ("redis-server", HasCommand("redis-server")),
        ("haproxy", HasSystemCommand("haproxy")),
        ("nginx-light", HasSystemCommand("nginx")),
        ("sslscan", HasCommand("sslscan")),
        ("nghttp2-client", HasCommand("h2load")),
        ("nodejs", HasCommand("node")),
        ("chromium", HasCommand("chromium") || HasCommand("chromium-browser") || HasCommand("google-chrome")),
        ("python3", HasCommand("python3")),
        ("softhsm2", HasCommand("softhsm2-util")),
        ("gcc", HasCommand("gcc")),
        ("g++", HasCommand("g++")),
        ("cmake", HasCommand("cmake")),
        ("valgrind", HasCommand("valgrind")),
        ("make", HasCommand("make")),
        ("pkgconf", HasCommand("pkg-config")),
        ("libuv1-dev", HasHeader("uv.h")),
        ("libevent-dev", HasHeader("event2/event.h")),
        ("libc6-dev", HasHeader("stdio.h")),
        ("libssl-dev", HasHeader("openssl/ssl.h")),
        ("afl++", HasCommand("afl-fuzz")),
    ]);

// Major and minor of the system's own.
string SystemOpenSsl()
{
    using var process = Process.Start(new ProcessStartInfo("openssl", "version") { RedirectStandardOutput = true });
    return string.Join('.', process.StandardOutput.ReadToEnd().Split(' ')[1].Split('.')[..2]);
}

bool HasBuiltOpenSsl(string version) => System.IO.Directory.Exists($"artifacts/openssl/{version}/lib");

// Replays the handshake cases of each version with that version, and makes one page of what came of them.
void ReplaySslTests(string[] versions, bool writesPage)
{
    System.IO.Directory.CreateDirectory(SslTestsFolder);
    var system = SystemOpenSsl();
    var reports = new List<string>();
    var failed = new List<string>();
    foreach (var version in versions)
    {
        var report = $"{SslTestsFolder}/{version}.json";
        System.IO.File.Delete(report);
        if (TryRun("native/openssl/fetch.sh", "tests", version) != 0 || (version != system && TryRun("native/openssl/fetch.sh", version) != 0))
        {
            failed.Add($"{version} (not fetched)");
            continue;
        }

        var folder = HasBuiltOpenSsl(version) ? System.IO.Path.GetFullPath($"artifacts/openssl/{version}/lib") : null;
        if (TryRunWith(folder, SslTests, "--tests", $"artifacts/openssl/tests-{version}", "--json", report) != 0) failed.Add(version);
        if (System.IO.File.Exists(report)) reports.Add(report);
    }

    if (writesPage && reports.Count > 0) Run(SslTests, ["--write", SslTestsPage, "--overview", "docs/conformance.md", .. reports]);
    if (failed.Count > 0) throw new CakeException($"Cases of OpenSSL {string.Join(", ", failed)} did not give what they expect, and nothing explains it.");
}

// Those that are named, or all: the system's and those that fetch.sh has built, by version. Says which are not here.
string[] PresentOpenSsls(string[] named)
{
    var system = SystemOpenSsl();
    string[] wanted = named.Length > 0 ? named : [.. otherOpenSsls.Append(system).Distinct().Order()];
    var missing = wanted.Where(version => version != system && !HasBuiltOpenSsl(version)).ToArray();
    var text = $"Not here, and to be had by native/openssl/fetch.sh: OpenSSL {string.Join(", ", missing)}";
    if (missing.Length > 0 && named.Length > 0) throw new CakeException(text);
    if (missing.Length > 0) System.Console.WriteLine(text);
    return [.. wanted.Except(missing)];
}

// As the programs take it: VERSION=FOLDER, or VERSION for the system's.
string OpenSslArgument(string version) => HasBuiltOpenSsl(version) ? $"{version}=artifacts/openssl/{version}/lib" : version;

// Takes "--runner NAME" out of the arguments.
string BogoRunner(ref string[] arguments)
{
    var at = Array.IndexOf(arguments, "--runner");
    if (at < 0) return "android";
    if (at + 1 == arguments.Length) throw new CakeException("--runner needs a name: android or chromium.");
    var name = arguments[at + 1];
    arguments = [.. arguments[..at], .. arguments[(at + 2)..]];
    return name;
}

// Has a runner of BoringSSL's tests test the shim, and the plain one beside it. With versions that are named it writes no page.
void RunBogo(string runner, string[] named)
{
    var versions = PresentOpenSsls(named);
    const string Tool = "artifacts/bin/OpenSslNb.Conformance.Bogo/release/OpenSslNb.Conformance.Bogo";
    const string Here = "tests/Conformance/bogo";
    const string Shim = "artifacts/aot/opensslnb-bogo-shim";
    Install([("golang-go", HasCommand("go")), ("golang-golang-x-crypto-dev", System.IO.Directory.Exists("/usr/share/gocode/src/golang.org/x/crypto")), ("cmake", HasCommand("cmake"))]);
    const int NotAvailable = 3;
    int fetched = TryRun($"{Here}/fetch.sh", runner);
    if (fetched == NotAvailable)
    {
        System.Console.WriteLine($"BoringSSL's protocol tests of '{runner}' are skipped: the runner cannot be had here, for the reason above.");
        return;
    }

    if (fetched != 0) throw new CakeException($"{Here}/fetch.sh ended with status {fetched}.");

    Run("dotnet", "publish", "src/OpenSslNb.BogoShim", "-c", Configuration, "-r", RuntimeIdentifier(), "-o", "artifacts/aot-bogo");
    System.IO.Directory.CreateDirectory("artifacts/aot");
    System.IO.File.Move("artifacts/aot-bogo/OpenSslNb.BogoShim", Shim, overwrite: true);
    List<string> arguments = ["--runner", $"artifacts/bogo/{runner}", "--shim", Shim, "--config", $"{Here}/config.json", "--explained", $"{Here}/explained.json", "--left-out", $"{Here}/left-out.json"];
    foreach (var version in versions)
    {
        arguments.AddRange(["--openssl", OpenSslArgument(version), "--plain", $"{version}={BuildPlainShim(version)}"]);
    }

    if (named.Length == 0) arguments.AddRange(["--document", $"docs/conformance-bogo-{runner}.md", "--overview", "docs/conformance.md"]);
    Run(Tool, [.. arguments]);
}

string BuildPlainShim(string version)
{
    var folder = $"artifacts/plain-shim/{version}";
    var root = System.IO.Path.GetFullPath($"artifacts/openssl/{version}");
    string Library(string name) => System.IO.Directory.GetFiles($"{root}/lib", $"lib{name}.so.*").Single();
    string[] options = HasBuiltOpenSsl(version) ? [$"-DOPENSSL_INCLUDE_DIR={root}/include", $"-DOPENSSL_SSL_LIBRARY={Library("ssl")}", $"-DOPENSSL_CRYPTO_LIBRARY={Library("crypto")}"] : [];
    Run("cmake", ["-S", "tests/Conformance/plain-shim", "-B", folder, .. options]);
    Run("cmake", "--build", folder);
    return $"{folder}/plain-shim";
}

// Has testssl.sh look at the program with one OpenSSL after the other. With versions that are named it writes no page.
void Scan(string[] named)
{
    const string Tool = "artifacts/bin/OpenSslNb.Conformance.Scan/release/OpenSslNb.Conformance.Scan";
    string[] page = named.Length == 0 ? ["--overview", "docs/conformance.md"] : [];
    Run(Tool, ["--program", Program, "--folder", "artifacts/scan", "--explained", "tests/Conformance/scan/explained.json", .. PresentOpenSsls(named).SelectMany(version => (string[])["--openssl", OpenSslArgument(version)]), .. page]);
}

// Installs the Debian packages that are missing, or says what it could not.
void Install((string Package, bool Present)[] packages)
{
    var missing = packages.Where(package => !package.Present).Select(package => package.Package).ToArray();
    if (missing.Length == 0)
    {
        System.Console.WriteLine($"Present: {string.Join(' ', packages.Select(package => package.Package))}");
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

// Also where only root has its path.
bool HasSystemCommand(string name) => HasCommand(name) || new[] { "/usr/sbin", "/usr/local/sbin" }.Any(folder => System.IO.File.Exists(System.IO.Path.Combine(folder, name)));

bool HasHeader(string name) => HasFile(["/usr/include", "/usr/local/include"], name);

bool HasLibrary(string name) => HasFile(["/usr/lib", "/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"], name);

// Looks in each folder and in its multiarch folders (x86_64-linux-gnu and the like).
bool HasFile(string[] folders, string name) => folders
    .Where(System.IO.Directory.Exists)
    .SelectMany(folder => System.IO.Directory.GetDirectories(folder, "*-linux-*").Prepend(folder))
    .Any(folder => System.IO.File.Exists(System.IO.Path.Combine(folder, name)));

// A defect to plant: where, what, and the tests that must fail.
record Mutation(string Name, string File, string Find, string Replace, string Project, string Filter);
