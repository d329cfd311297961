using System.Text.Json;
using OpenSslNb.Conformance;
using OpenSslNb.Conformance.SslTests;
using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Conformance.SslTests.Reports;
using OpenSslNb.Conformance.SslTests.Verdicts;
using OpenSslNb.Interop;

const int Passed = 0;
const int Failed = 1;
const int Misused = 2;

try
{
    Options options = Options.Parse(args);
    if (options.Help)
    {
        Console.Out.WriteLine(Options.Usage);
        return Passed;
    }

    return options.Page is { } page ? Write(page, options.Overview, options.Reports) : Replay(options);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(Options.Usage);
    return Misused;
}

static int Replay(Options options)
{
    // The system's configuration may say what is the least version.
    OpenSslLibrary.Configure(null);
    Explanations explanations = Explanations.Parse(options.Explained, File.ReadAllText(options.Explained));
    SslTestCase[] cases = options.Choose([.. CaseFolder.Read(options.Tests!)]);
    var report = ReplayReport.Of(OpenSslLibrary.Version.Text.Split(' ')[1], CaseFolder.VersionOf(options.Tests!), cases.Select(CaseVerdict.Of), explanations);
    ConsoleReport.Write(report, Console.Out);
    if (options.Json is { } path) File.WriteAllText(path, JsonSerializer.Serialize(report));
    return report.Open.Any() ? Failed : Passed;
}

static int Write(string page, string? overview, IReadOnlyList<string> files)
{
    ReplayReport[] reports = [.. files.Select(file => JsonSerializer.Deserialize<ReplayReport>(File.ReadAllText(file))!)];
    File.WriteAllText(page, MarkdownReport.Of(reports));
    if (overview is not null) PageSection.ReplaceIn(overview, "ssl-tests", MarkdownReport.TableOf(reports));
    return Passed;
}
