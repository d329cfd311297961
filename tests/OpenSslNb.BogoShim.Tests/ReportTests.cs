using NUnit.Framework;
using OpenSslNb.Conformance.Bogo;

namespace OpenSslNb.BogoShim.Tests;

/// <summary>What is made of the runner's results.</summary>
public sealed class ReportTests
{
    private const string Json = """{"version":3,"tests":{"Basic-TLS-Sync":{"actual":"PASS"},"Basic-TLS-Async":{"actual":"FAIL"},"Strange":{"actual":"FAIL"},"ECH-Client":{"actual":"SKIP"}}}""";
    private const string Output = "PASSED (Basic-TLS-Sync)\nFAILED (Basic-TLS-Async)\nunexpected failure\n\nstderr:\nsaid this\n\nFAILED (Strange)\nunexpected success\nUNIMPLEMENTED (ECH-Client)\n";

    [Test]
    public void Verdicts_and_reasons_are_read()
    {
        RunnerResults results = RunnerResults.Read(Json, Output);
        Assert.Multiple(() =>
        {
            Assert.That(results.Count(TestVerdict.Passed), Is.EqualTo(1));
            Assert.That(results.Failures, Is.EqualTo(new[] { "Basic-TLS-Async", "Strange" }));
            Assert.That(results.Count(TestVerdict.NotImplemented), Is.EqualTo(1));
            Assert.That(results.Count(TestVerdict.Failed, "Async"), Is.EqualTo(1));
            Assert.That(results.Reasons["Basic-TLS-Async"], Does.Contain("said this").And.Not.Contain("Strange"));
        });
    }

    [Test]
    public void A_verdict_that_nobody_knows_is_refused() =>
        Assert.That(() => RunnerResults.Read("""{"tests":{"A":{"actual":"MAYBE"}}}""", ""), Throws.TypeOf<FormatException>().With.Message.Contains("'MAYBE'"));

    [Test]
    public void A_failure_without_an_explanation_is_told()
    {
        Report report = Make("""{"Basic-*":{"cause":"OpenSSL's policy","source":"ssl(7)"}}""", plain: null);
        Assert.That(report.Unexplained, Has.Count.EqualTo(1).And.One.Contains("3.0: Strange: unexplained"));
        Assert.That(report.ToMarkdown(), Does.Contain("| `Basic-*` | OpenSSL's policy | ssl(7) | 1 | 0 |").And.Contains("| `Strange` | **unexplained** |"));
    }

    [Test]
    public void A_failure_that_the_plain_shim_does_not_share_is_ours()
    {
        Report report = Make("""{"Basic-*":{"cause":"OpenSSL's policy","source":"ssl(7)"}}""", plain: """{"tests":{"Basic-TLS-Async":{"actual":"FAIL"},"Strange":{"actual":"PASS"}}}""");
        Assert.That(report.Unexplained, Has.Some.Contains("3.0: Strange: the plain shim passes it"));
        Assert.That(report.ToMarkdown(), Does.Contain("| `Strange` | **unexplained** |  | 1 | 1 |"));
    }

    [Test]
    public void An_explanation_needs_a_source() =>
        Assert.That(() => Explanations.Read("""{"A*":{"cause":"because"}}"""), Throws.TypeOf<FormatException>().With.Message.Contains("'A*'"));

    [Test]
    public void The_explanations_that_are_kept_can_be_read()
    {
        string root = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(root, "OpenSslNb.sln"))) root = Path.GetDirectoryName(root)!;
        Assert.That(() => Explanations.Read(File.ReadAllText(Path.Combine(root, "tests/Conformance/bogo/explained.json"))), Throws.Nothing);
    }

    private static Report Make(string explanations, string? plain) =>
        new("the runner", Explanations.Read(explanations), [new VersionResults("3.0", RunnerResults.Read(Json, Output), plain is null ? null : RunnerResults.Read(plain, ""))]);
}
