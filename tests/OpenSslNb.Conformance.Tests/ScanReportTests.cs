using NUnit.Framework;
using OpenSslNb.Conformance.Scan;

namespace OpenSslNb.Conformance.Tests;

/// <summary>What is made of testssl.sh's findings.</summary>
public sealed class ScanReportTests
{
    private const string Explained = """{"order":"the client's counts","cbc":"behind the others"}""";

    [Test]
    public void The_table_has_a_column_for_each_version_and_the_reason_of_each_finding()
    {
        Findings first = Read("3.0", ("good", "OK"), ("order", "HIGH"), ("fact", "INFO"), ("cbc", "LOW"));
        Findings second = Read("3.5", ("cbc", "MEDIUM"), ("header", "LOW"));
        Assert.That(Make(first, second).ToTable(), Is.EqualTo("""
            | finding | 3.0 | 3.5 | why it is so |
            | --- | --- | --- | --- |
            | `order` | HIGH |  | the client's counts |
            | `cbc` | LOW | MEDIUM | behind the others |
            | `header` |  | LOW | **unexplained** |

            """));
    }

    [TestCase("LOW", false)]
    [TestCase("MEDIUM", true)]
    [TestCase("HIGH", true)]
    [TestCase("CRITICAL", true)]
    [TestCase("FATAL", true)]
    public void A_finding_above_low_that_is_not_explained_is_open(string severity, bool isOpen)
    {
        Report report = Make(Read("3.0", ("order", "HIGH")), Read("3.5", ("order", "CRITICAL"), ("hole", severity)));
        Assert.That(report.Open, isOpen ? Is.EqualTo(new[] { $"3.5: hole: {severity}: unexplained" }) : Is.Empty);
    }

    [TestCase("OK")]
    [TestCase("INFO")]
    [TestCase("WARN")]
    [TestCase("DEBUG")]
    public void What_is_below_low_is_no_finding(string severity) => Assert.That(Read("3.0", ("any", severity)).Severities, Is.Empty);

    [TestCase("LOW", "HIGH")]
    [TestCase("HIGH", "LOW")]
    public void Of_two_findings_about_the_same_the_worse_counts(string one, string other) =>
        Assert.That(Read("3.0", ("hole", one), ("hole", other)).Severities["hole"], Is.EqualTo(Severity.High));

    [TestCase("""[{"id":"service","severity":"INFO"}]""", "did not get as far")]
    [TestCase("""[{"id":"TLS1_3","severity":"OK"},""", "did not write all")]
    [TestCase("", "did not write all")]
    [TestCase("""[{"id":"TLS1_3","severity":"AWFUL"}]""", "'AWFUL'")]
    [TestCase("""[{"id":"TLS1_3"}]""", "has no 'severity'")]
    public void A_scan_that_broke_off_or_cannot_be_read_is_refused(string json, string fault) =>
        Assert.That(() => Findings.Read("3.0", json), Throws.TypeOf<FormatException>().With.Message.Contains(fault));

    [Test]
    public void An_explanation_says_something() =>
        Assert.That(() => Report.ReadExplanations("""{"order":""}"""), Throws.TypeOf<FormatException>().With.Message.Contains("'order'"));

    [Test]
    public void The_explanations_that_are_kept_can_be_read()
    {
        string root = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(root, "OpenSslNb.sln"))) root = Path.GetDirectoryName(root)!;
        Assert.That(Report.ReadExplanations(File.ReadAllText(Path.Combine(root, "tests/Conformance/scan/explained.json"))), Is.Not.Empty);
    }

    private static Report Make(params Findings[] versions) => new(Report.ReadExplanations(Explained), versions);

    // As testssl.sh writes them, with what says that it went through.
    private static Findings Read(string version, params (string Id, string Severity)[] findings)
    {
        IEnumerable<string> all = findings.Append(("TLS1_3", "OK")).Select(finding => $$"""{"id":"{{finding.Item1}}","ip":"localhost/127.0.0.1","port":"443","severity":"{{finding.Item2}}","finding":"text"}""");
        return Findings.Read(version, $"[{string.Join(',', all)}]");
    }
}
