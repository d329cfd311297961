using System.CommandLine;
using OpenSslNb.Conformance;
using OpenSslNb.Conformance.Bogo;
using Spectre.Console;

var folder = new Option<DirectoryInfo>("--runner") { Description = "folder that tests/Conformance/bogo/fetch.sh has made", Required = true };
var shim = new Option<FileInfo>("--shim") { Description = "our shim, compiled ahead of time", Required = true };
var plain = new Option<string[]>("--plain") { Description = "VERSION=PROGRAM, once for each OpenSSL: the shim around plain OpenSSL, which runs the same tests" };
var openSsl = new Option<string[]>("--openssl") { Description = "VERSION or VERSION=FOLDER, once for each OpenSSL; without a folder it is the system's", Required = true };
var tests = new Option<string?>("--tests") { Description = "patterns of tests, separated by semicolons; all unless given" };
var config = new Option<FileInfo>("--config") { Description = "what the runner must know of the shims", Required = true };
var explained = new Option<FileInfo>("--explained") { Description = "why tests fail", Required = true };
var leftOut = new Option<FileInfo>("--left-out") { Description = "why tests are not implemented that plain OpenSSL passes", Required = true };
var document = new Option<FileInfo?>("--document") { Description = "where the failures go, one by one" };
var overview = new Option<FileInfo?>("--overview") { Description = "the page with a section for the counts" };
var workers = new Option<int>("--workers") { Description = "how many shims run at once", DefaultValueFactory = _ => Environment.ProcessorCount };
var command = new RootCommand("Runs BoringSSL's protocol tests against this library with one OpenSSL after the other.") { folder, shim, plain, openSsl, tests, config, explained, leftOut, document, overview, workers };

command.SetAction(parsed =>
{
    var runner = new Runner(parsed.GetRequiredValue(folder).FullName);
    var process = new RunnerProcess(runner, File.ReadAllText(parsed.GetRequiredValue(config).FullName), parsed.GetValue(workers));
    var explanations = Explanations.Read(File.ReadAllText(parsed.GetRequiredValue(explained).FullName));
    var omissions = Explanations.Read(File.ReadAllText(parsed.GetRequiredValue(leftOut).FullName));
    Dictionary<string, string> plainShims = (parsed.GetValue(plain) ?? []).Select(Pair).ToDictionary(pair => pair.Name, pair => pair.Path ?? throw new FormatException($"--plain takes VERSION=PROGRAM, and not '{pair.Name}'"));
    string[]? chosen = parsed.GetValue(tests)?.Split(';');
    var versions = new List<VersionResults>();
    var report = new Report(runner.Name, runner.Archive, runner.TakesSeveralWords, explanations, omissions, versions);
    foreach (string one in parsed.GetRequiredValue(openSsl))
    {
        (string version, string? openSslFolder) = Pair(one);
        AnsiConsole.MarkupLineInterpolated($"OpenSSL {version} ...");
        RunnerResults ours = process.Run(parsed.GetRequiredValue(shim).FullName, openSslFolder, chosen);
        AnsiConsole.MarkupLineInterpolated($"OpenSSL {version}: {ours.Count(TestVerdict.Passed)} passed, {ours.Count(TestVerdict.Failed)} failed, {ours.Count(TestVerdict.NotImplemented)} not implemented");
        RunnerResults? others = plainShims.TryGetValue(version, out string? program) ? process.Run(program, openSslFolder, chosen) : null;
        if (others is not null) AnsiConsole.MarkupLineInterpolated($"plain OpenSSL {version}: {others.Count(TestVerdict.Passed)} passed, {others.Count(TestVerdict.Failed)} failed, {others.Count(TestVerdict.NotImplemented)} not implemented");
        versions.Add(new VersionResults(version, ours, others));

        // After each: a version takes minutes.
        if (parsed.GetValue(document) is { } file) File.WriteAllText(file.FullName, report.ToMarkdown());
        if (parsed.GetValue(overview) is { } page) PageSection.ReplaceIn(page.FullName, $"bogo {runner.Name}", report.ToTables());
    }

    foreach (string failure in report.Open) Console.WriteLine(failure);
    return report.Open.Count == 0 ? 0 : 1;
});

return await command.Parse(args).InvokeAsync();

static (string Name, string? Path) Pair(string text) => text.Split('=', 2) is [var name, var path] ? (name, Path.GetFullPath(path)) : (text, null);
