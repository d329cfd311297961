using System.Text;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>What becomes of one runner's results: counts by version, and every failure with its cause.</summary>
internal sealed class Report(string runner, string archive, bool strict, Explanations explanations, IReadOnlyList<VersionResults> versions)
{
    private const string Strict = "Where a test names the error that it expects in BoringSSL's words, `tests/Conformance/bogo/config.json` has what OpenSSL says then, and it must say so.";
    private const string Loose = "A test may name the error that it expects in BoringSSL's words: where OpenSSL has one reason for it, `tests/Conformance/bogo/config.json` has that reason; where it has several, any error will do (`-loose-errors`), and the alert decides.";

    /// <summary>Failures that nobody has explained, that are ours, or that the plain shim has not confirmed: a line for each.</summary>
    public IReadOnlyList<string> Open =>
    [
        .. versions.SelectMany(version => version.Ours.Failures.Where(test => explanations.Of(test) is null).Select(test => $"{version.Version}: {test}: unexplained: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.OurOwn.Select(test => $"{version.Version}: {test}: the plain shim passes it: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.Unconfirmed.Select(test => $"{version.Version}: {test}: the plain shim did not confirm it")),
    ];

    /// <summary>The page about the failures.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append($"# BoringSSL's protocol tests: failures of the runner of `{archive}`\n\n<!-- Made by ./build.sh bogo --runner {runner}: change the program in tests/Conformance, and not this page. -->\n\n")
            .Append($"The counts, and what these tests are, are in [conformance.md](conformance.md). {(strict ? Strict : Loose)}\n\n")
            .Append("By cause, with the number of tests for each version. Every one of them fails with the plain shim, too; a failure that did not, or that is not explained here, would fail the command.\n\n");
        AppendFailures(text);
        return text.ToString();
    }

    /// <summary>The section of the overview: counts alone.</summary>
    public string ToTables()
    {
        var text = new StringBuilder();
        int all = versions.Count == 0 ? 0 : versions[^1].Ours.Verdicts.Count;
        text.Append($"The runner of `{archive}`, {all:N0} tests: those of DTLS and QUIC are left out. [Its failures](conformance-bogo-{runner}.md), each with its cause.\n\n");
        AppendTable(text, null);
        text.Append("\nOf these, the asynchronous ones:\n\n");
        AppendTable(text, "Async");
        return text.ToString();
    }

    private void AppendTable(StringBuilder text, string? part)
    {
        text.Append("| OpenSSL | this library: passed | failed | not implemented | plain OpenSSL: passed | failed | not implemented |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (VersionResults version in versions) text.Append($"| {version.Version} | {Counts(version.Ours, part)} | {Counts(version.Plain, part)} |\n");
    }

    private static string Counts(RunnerResults? results, string? part) =>
        results is null ? "– | – | –" : $"{results.Count(TestVerdict.Passed, part):N0} | {results.Count(TestVerdict.Failed, part):N0} | {results.Count(TestVerdict.NotImplemented, part):N0}";

    private void AppendFailures(StringBuilder text)
    {
        text.Append($"| cause | tests | {string.Join(" | ", versions.Select(version => version.Version))} |\n| --- | --- | {string.Concat(versions.Select(_ => "---: | "))}\n");
        (VersionResults Version, string Test)[] failures = [.. versions.SelectMany(version => version.Ours.Failures.Select(test => (version, test)))];
        foreach (var group in failures.Where(failure => explanations.Of(failure.Test) is not null).GroupBy(failure => explanations.Of(failure.Test)!).OrderByDescending(group => group.Count()))
        {
            IEnumerable<string> patterns = group.Key.PatternsOf(group.Select(failure => failure.Test)).Select(pattern => $"`{pattern}`");
            text.Append($"| {group.Key.Cause} *{group.Key.Source}* | {string.Join(", ", patterns)} | {CountsOf([.. group])} |\n");
        }

        foreach (var group in failures.Where(failure => explanations.Of(failure.Test) is null).GroupBy(failure => failure.Test)) text.Append($"| **unexplained** | `{group.Key}` | {CountsOf([.. group])} |\n");
    }

    private string CountsOf((VersionResults Version, string Test)[] failures) =>
        string.Join(" | ", versions.Select(version => failures.Count(failure => failure.Version == version) is > 0 and var count ? $"{count}" : ""));

    private static string ReasonOf(VersionResults version, string test) => version.Ours.Reasons.TryGetValue(test, out string? reason) ? reason.ReplaceLineEndings(" ") : "no reason given";
}
