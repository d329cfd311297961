using NUnit.Framework;
using OpenSslNb.Conformance.Bogo;

namespace OpenSslNb.BogoShim.Tests;

/// <summary>What is made of the runner's results.</summary>
public sealed class ReportTests
{
    private const string Json = """{"version":3,"tests":{"Basic-TLS-Sync":{"actual":"PASS"},"Basic-TLS-Async":{"actual":"FAIL"},"Strange":{"actual":"FAIL"},"ECH-Client":{"actual":"SKIP"}}}""";
    private const string Policy = """[{"cause":"OpenSSL's policy","source":"ssl(7)","tests":["Basic-*"]}]""";
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
    public void A_failure_without_an_explanation_is_open()
    {
        Report report = Make(Policy, plain: """{"tests":{"Basic-TLS-Async":{"actual":"FAIL"},"Strange":{"actual":"FAIL"}}}""");
        Assert.That(report.Open, Has.Count.EqualTo(1).And.One.Contains("3.0: Strange: unexplained"));
        Assert.That(report.ToMarkdown(), Does.Contain("| OpenSSL's policy *ssl(7)* | `Basic-*` | 1 |").And.Contains("| **unexplained** | `Strange` | 1 |"));
    }

    [Test]
    public void A_failure_that_the_plain_shim_does_not_share_is_open_whatever_explains_it()
    {
        Report report = Make(Policy, plain: """{"tests":{"Basic-TLS-Async":{"actual":"PASS"},"Strange":{"actual":"FAIL"}}}""");
        Assert.That(report.Open, Has.Some.Contains("3.0: Basic-TLS-Async: the plain shim passes it: unexpected failure"));
    }

    [TestCase(null)]
    [TestCase("""{"tests":{"Basic-TLS-Async":{"actual":"SKIP"},"Strange":{"actual":"FAIL"}}}""")]
    public void A_failure_that_the_plain_shim_has_not_confirmed_is_open(string? plain) =>
        Assert.That(Make(Policy, plain).Open, Has.Some.Contains("3.0: Basic-TLS-Async: the plain shim did not confirm it"));

    [TestCase("""[{"cause":"because","tests":["A*"]}]""", "'A*' needs a 'cause' and a 'source'")]
    [TestCase("""[{"cause":"because","source":"ssl(7)"}]""", "'because' needs 'tests'")]
    public void An_explanation_is_whole(string json, string fault) => Assert.That(() => Explanations.Read(json), Throws.TypeOf<FormatException>().With.Message.Contains(fault));

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
