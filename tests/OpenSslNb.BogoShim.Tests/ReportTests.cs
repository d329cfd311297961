using NUnit.Framework;
using OpenSslNb.Conformance;
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
        Assert.That(report.ToMarkdown(), Does.Contain("| F1 | OpenSSL's policy *ssl(7)* | 1 |").And.Contains("| `Basic-TLS-Async` | F1 | × |")
            .And.Contains("| **none** | **unexplained** | 1 |").And.Contains("| `Strange` | **none** | × |").And.Not.Contains("Basic-TLS-Sync"));
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
    public void The_explanations_that_are_kept_can_be_read([Values("explained.json", "left-out.json")] string file)
    {
        string root = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(root, "OpenSslNb.sln"))) root = Path.GetDirectoryName(root)!;
        Assert.That(() => Explanations.Read(File.ReadAllText(Path.Combine(root, "tests/Conformance/bogo", file))), Throws.Nothing);
    }

    [Test]
    public void What_the_plain_shim_passes_and_ours_does_not_implement_needs_a_reason()
    {
        const string Plain = """{"tests":{"Basic-TLS-Async":{"actual":"FAIL"},"Strange":{"actual":"FAIL"},"ECH-Client":{"actual":"PASS"}}}""";
        const string Reasons = """[{"cause":"not wanted","source":"TlsClientOptions","tests":["ECH-*"]}]""";
        Assert.That(Make(Policy, Plain).Open, Has.Some.Contains("3.0: ECH-Client: not implemented, and the plain shim passes it"));
        Report report = Make(Policy, Plain, Reasons);
        Assert.That(report.Open, Has.None.Contains("ECH-Client"));
        Assert.That(report.ToMarkdown(), Does.Contain("| L1 | not wanted *TlsClientOptions* | 1 |").And.Contains("| `ECH-Client` | L1 | × |"));
    }

    [Test]
    public void A_test_is_told_of_the_versions_that_it_fails_on()
    {
        const string Fails = """{"tests":{"Basic-1":{"actual":"FAIL"}}}""";
        const string Passes = """{"tests":{"Basic-1":{"actual":"PASS"}}}""";
        VersionResults[] versions = [VersionOf("1.1.1", Fails), VersionOf("3.0", Passes), VersionOf("3.5", Fails)];
        Assert.That(new Report("chromium", "the archive", strict: true, Explanations.Read(Policy), Explanations.Read("[]"), versions).ToMarkdown(), Does.Contain("| `Basic-1` | F1 | × |  | × |"));

        static VersionResults VersionOf(string version, string json) => new(version, RunnerResults.Read(json, ""), RunnerResults.Read(json, ""));
    }

    [Test]
    public void The_overview_has_counts_of_ours_and_of_the_plain_shim()
    {
        string tables = Make(Policy, plain: """{"tests":{"Basic-TLS-Sync":{"actual":"PASS"},"Basic-TLS-Async":{"actual":"PASS"}}}""").ToTables();
        Assert.That(tables, Does.Contain("`the archive`, 4 tests").And.Contains("| 3.0 | 1 | 2 | 1 | 2 | 0 | 0 |").And.Contains("| 3.0 | 0 | 1 | 0 | 1 | 0 | 0 |"));
    }

    [Test]
    public void A_section_of_a_page_is_replaced_and_the_rest_stays()
    {
        const string Page = "before\n<!-- begin a -->\nold\n<!-- end a -->\nafter\n";
        string page = PageSection.Replace(Page, "a", "new\n");
        Assert.That(page, Is.EqualTo("before\n<!-- begin a -->\nnew\n<!-- end a -->\nafter\n"));
        Assert.That(() => PageSection.Replace(Page, "b", ""), Throws.TypeOf<FormatException>().With.Message.Contains("<!-- begin b -->"));
    }

    [Test]
    public void A_runner_that_takes_one_word_for_an_error_gets_none_where_there_are_several()
    {
        const string Config = """{"ErrorMap":{":A:":["one"],":B:":["two","three"]}}""";
        Assert.That(Runner.ConfigOf(Config, takesSeveralWords: false), Is.EqualTo("""{"ErrorMap":{":A:":"one"}}"""));
        Assert.That(Runner.ConfigOf(Config, takesSeveralWords: true), Is.EqualTo(Config));
        Assert.That(() => Runner.ConfigOf("""{"ErrorMap":{":A:":"one"}}""", takesSeveralWords: true), Throws.TypeOf<FormatException>().With.Message.Contains(":A:"));
    }

    private static Report Make(string explanations, string? plain, string leftOut = "[]") =>
        new("chromium", "the archive", strict: true, Explanations.Read(explanations), Explanations.Read(leftOut), [new VersionResults("3.0", RunnerResults.Read(Json, Output), plain is null ? null : RunnerResults.Read(plain, ""))]);
}
