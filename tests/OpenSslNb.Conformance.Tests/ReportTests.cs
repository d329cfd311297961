using System.Text.Json;
using NUnit.Framework;
using OpenSslNb.Conformance.SslTests.Reports;
using OpenSslNb.Conformance.SslTests.Verdicts;

namespace OpenSslNb.Conformance.Tests;

/// <summary>What is counted, and which failures are known.</summary>
public sealed class ReportTests
{
    private static readonly CaseVerdict[] s_verdicts =
    [
        new("01-a.cnf", "0-good", null, []),
        new("01-a.cnf", "1-bad", null, ["whole: ExpectedResult: expected Success, got ClientFail"]),
        new("02-b.cnf", "0-dtls", "DTLS", []),
    ];

    [TestCase("3.0 | 01-a.cnf | 1-bad | that is so", "3.0.20", "that is so")]
    [TestCase("* | 01-a.cnf | 1-bad | that | is so", "3.5.7", "that | is so")]
    [TestCase("1.1.1 | 01-a.cnf | 1-bad | that is so", "1.1.1w", "that is so")]
    [TestCase("3.0.2 | 01-a.cnf | 1-bad | that is so", "3.0.20", null)]
    [TestCase("3.5 | 01-a.cnf | 1-bad | that is so", "3.0.20", null)]
    [TestCase("3.0 | 01-a.cnf | 0-good | that is so", "3.0.20", null)]
    [TestCase("# nothing\n", "3.0.20", null)]
    public void A_failure_is_known_for_its_version_file_and_case(string list, string version, string? why)
    {
        ReplayReport report = Report(version, list);
        Assert.That(report.Failures.Single().Explanation, Is.EqualTo(why));
        Assert.That(report.Open.Count(), Is.EqualTo(why is null ? 1 : 0));
    }

    [TestCase("3.0 | 01-a.cnf | 1-bad")]
    [TestCase("3.0 | 01-a.cnf | 1-bad |")]
    public void A_line_without_a_reason_is_refused(string line) =>
        Assert.That(() => Explanations.Parse("list", line), Throws.InstanceOf<FormatException>().With.Message.Contain(line.Trim()));

    [Test]
    public void Every_case_is_counted_once()
    {
        ReplayReport report = Report("3.0.20", "");
        Assert.That((report.Total, report.Passed, report.Failures.Count, report.LeftOut), Is.EqualTo((3, 1, 1, 1)));
        ReplayReport read = JsonSerializer.Deserialize<ReplayReport>(JsonSerializer.Serialize(report))!;
        Assert.That((read.Total, read.Passed, read.Failures.Count, read.LeftOut), Is.EqualTo((3, 1, 1, 1)));
    }

    [Test]
    public void The_page_has_each_version_and_each_failure()
    {
        ReplayReport[] reports = [Report("1.1.1w", ""), Report("3.0.20", "3.0 | 01-a.cnf | 1-bad | that is so")];
        Assert.That(MarkdownReport.TableOf(reports), Does.Contain("| file | 1.1.1w | 3.0.20 |").And.Contain("| `01-a` | 1 of 2 | 1 of 2 |").And.Contain("| `02-b` | – | – |"));
        string page = MarkdownReport.Of(reports);
        Assert.That(page, Does.Contain("| DTLS | `02-b` | 1 | 1 |"));
        Assert.That(page, Does.Contain("- 1.1.1w, `01-a.cnf`, `1-bad`: whole: ExpectedResult: expected Success, got ClientFail. **Not explained.**").And.Contain("Known: that is so."));
    }

    [Test]
    public void The_text_names_what_is_not_known()
    {
        using var output = new StringWriter();
        ConsoleReport.Write(Report("3.0.20", ""), output);
        Assert.That(output.ToString(), Does.Contain("FAILED: 01-a.cnf [1-bad]").And.Contain("| all | 3 | 1 | 1 | 1 | |"));
    }

    private static ReplayReport Report(string version, string list) => ReplayReport.Of(version, version, s_verdicts, Explanations.Parse("list", list));
}
