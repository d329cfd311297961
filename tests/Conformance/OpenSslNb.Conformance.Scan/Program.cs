using System.CommandLine;
using OpenSslNb.Conformance;
using OpenSslNb.Conformance.Scan;

var program = new Option<FileInfo>("--program") { Description = "the command whose 'serve http' is scanned", Required = true };
var testSsl = new Option<string>("--testssl") { Description = "testssl.sh, as it is called here", DefaultValueFactory = _ => "testssl" };
var openSsl = new Option<string[]>("--openssl") { Description = "VERSION or VERSION=FOLDER, once for each OpenSSL; without a folder it is the system's", Required = true };
var explained = new Option<FileInfo>("--explained") { Description = "why findings are as they are", Required = true };
var folder = new Option<DirectoryInfo>("--folder") { Description = "where the server's certificate and testssl.sh's own findings go", Required = true };
var overview = new Option<FileInfo?>("--overview") { Description = "the page whose section 'scan' is to have the table" };
var command = new RootCommand("Has testssl.sh look at this library's server with one OpenSSL after the other.") { program, testSsl, openSsl, explained, folder, overview };

command.SetAction(parsed =>
{
    const int Misused = 2;
    (string Name, string? Folder)[] openSsls = [.. parsed.GetRequiredValue(openSsl).Select(Pair)];
    string[] missing = [.. openSsls.Where(one => one.Folder is not null && !Directory.Exists(one.Folder)).Select(one => $"OpenSSL {one.Name} is not in {one.Folder}")];
    foreach (string line in missing) Console.Error.WriteLine(line);
    if (missing.Length > 0) return Misused;

    IReadOnlyDictionary<string, string> explanations = Report.ReadExplanations(File.ReadAllText(parsed.GetRequiredValue(explained).FullName));
    var scanner = new Scanner(parsed.GetRequiredValue(program).FullName, parsed.GetRequiredValue(testSsl), parsed.GetRequiredValue(folder).FullName);
    scanner.Prepare();
    var report = new Report(explanations, [.. openSsls.Select(one => scanner.Scan(one.Name, one.Folder))]);
    Console.WriteLine($"\n{report.ToTable()}");
    if (parsed.GetValue(overview) is { } page) PageSection.ReplaceIn(page.FullName, "scan", report.ToTable());
    foreach (string finding in report.Open) Console.WriteLine(finding);
    return report.Open.Count == 0 ? 0 : 1;
});

return await command.Parse(args).InvokeAsync();

static (string Name, string? Path) Pair(string text) => text.Split('=', 2) is [var name, var path] ? (name, Path.GetFullPath(path)) : (text, null);
