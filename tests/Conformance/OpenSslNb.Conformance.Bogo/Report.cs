using System.Text;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>One OpenSSL, with what our shim came to and what the plain one makes of our failures.</summary>
/// <param name="Version">Of OpenSSL.</param>
/// <param name="Ours">Our shim's results.</param>
/// <param name="Plain">The plain shim's, of the tests that ours fails; null where it was not run.</param>
internal sealed record VersionResults(string Version, RunnerResults Ours, RunnerResults? Plain)
{
    /// <summary>Failures that the plain shim does not share: OpenSSL is not their cause.</summary>
    public IEnumerable<string> OurOwn => Plain is null ? [] : Ours.Failures.Where(test => Plain.Verdicts.TryGetValue(test, out TestVerdict verdict) && verdict == TestVerdict.Passed);
}

/// <summary>The document: a table by version, and every failure with its cause.</summary>
internal sealed class Report(string runner, Explanations explanations, IReadOnlyList<VersionResults> versions)
{
    private const string Command = "./build.sh bogo";

    /// <summary>Failures that nobody has explained, or that are ours.</summary>
    public IReadOnlyList<string> Unexplained =>
    [
        .. versions.SelectMany(version => version.Ours.Failures.Where(test => explanations.Of(test) is null).Select(test => $"{version.Version}: {test}: unexplained: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.OurOwn.Where(test => explanations.Of(test) is null).Select(test => $"{version.Version}: {test}: the plain shim passes it")),
    ];

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append($"# BoringSSL's protocol tests\n\nMade by `{Command}`, with the runner of `{runner}`: every test but those of DTLS and QUIC, with `-loose-errors` beside the map of errors in `tests/Conformance/bogo/config.json`. \"Not implemented\" are tests of what OpenSSL or this library does not have, which the shim says by exit code 89.\n\n");
        text.Append("| OpenSSL | tests | passed | failed | not implemented | asynchronous: passed | failed | not implemented |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (VersionResults version in versions)
        {
            RunnerResults ours = version.Ours;
            text.Append($"| {version.Version} | {ours.Verdicts.Count:N0} | {Counts(ours, null)} | {Counts(ours, "Async")} |\n");
        }

        text.Append("\n## Failures\n\nA failure is OpenSSL's when a shim in C around plain OpenSSL (`tests/Conformance/plain-shim`) fails the same test, or does not implement it. \"Ours\" counts those that it passes.\n");
        AppendFailures(text);
        return text.ToString();
    }

    private static string Counts(RunnerResults results, string? part) =>
        $"{results.Count(TestVerdict.Passed, part):N0} | {results.Count(TestVerdict.Failed, part):N0} | {results.Count(TestVerdict.NotImplemented, part):N0}";

    private void AppendFailures(StringBuilder text)
    {
        IEnumerable<IGrouping<Explanation?, (VersionResults Version, string Test)>> groups = versions.SelectMany(version => version.Ours.Failures.Select(test => (version, test))).GroupBy(failure => explanations.Of(failure.test));
        text.Append($"\n| tests | cause | follows from | {string.Join(" | ", versions.Select(version => version.Version))} | ours |\n| --- | --- | --- | {string.Concat(versions.Select(_ => "---: | "))}---: |\n");
        foreach (IGrouping<Explanation?, (VersionResults Version, string Test)> group in groups.OrderByDescending(group => group.Count()))
        {
            string tests = group.Key is { } explanation ? $"`{explanation.Pattern}`" : string.Join(", ", group.Select(failure => $"`{failure.Test}`").Distinct());
            string counts = string.Join(" | ", versions.Select(version => group.Count(failure => failure.Version == version)));
            int ours = group.Count(failure => failure.Version.OurOwn.Contains(failure.Test));
            text.Append($"| {tests} | {group.Key?.Cause ?? "**unexplained**"} | {group.Key?.Source ?? ""} | {counts} | {ours} |\n");
        }
    }

    private static string ReasonOf(VersionResults version, string test) => version.Ours.Reasons.TryGetValue(test, out string? reason) ? reason.ReplaceLineEndings(" ") : "no reason given";
}
