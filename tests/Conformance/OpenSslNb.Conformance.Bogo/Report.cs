using System.Text;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>What becomes of one runner's results: counts by version, every failure with its cause, and what nobody has explained.</summary>
/// <param name="runner">Its name.</param>
/// <param name="archive">That its source has come in.</param>
/// <param name="strict">Whether it takes several words for one error.</param>
/// <param name="explanations">Why tests fail.</param>
/// <param name="leftOut">Why tests are not implemented that plain OpenSSL passes.</param>
/// <param name="versions">The results.</param>
internal sealed class Report(string runner, string archive, bool strict, Explanations explanations, Explanations leftOut, IReadOnlyList<VersionResults> versions)
{
    /// <summary>Failures that nobody has explained, that are ours, or that the plain shim has not confirmed, and what is left out without a reason: a line for each.</summary>
    public IReadOnlyList<string> Open =>
    [
        .. versions.SelectMany(version => version.Ours.Failures.Where(test => explanations.Of(test) is null).Select(test => $"{version.Version}: {test}: unexplained: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.OurOwn.Select(test => $"{version.Version}: {test}: the plain shim passes it: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.Unconfirmed.Select(test => $"{version.Version}: {test}: the plain shim did not confirm it")),
        .. versions.SelectMany(version => version.LeftOut.Where(test => leftOut.Of(test) is null).Select(test => $"{version.Version}: {test}: not implemented, and the plain shim passes it")),
    ];

    /// <summary>The page about the failures.</summary>
    public string ToMarkdown() => new FailurePage(runner, archive, strict, versions).Of(explanations, leftOut);

    /// <summary>The section of the overview: counts alone.</summary>
    public string ToTables()
    {
        var text = new StringBuilder();
        int all = versions.Count == 0 ? 0 : versions[^1].Ours.Verdicts.Count;
        text.Append($"The runner of `{archive}`, {all:N0} tests: those of DTLS and QUIC are left out. [Its failures](conformance-bogo-{runner}.md), one by one with their causes.\n\n");
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

    private static string ReasonOf(VersionResults version, string test) => version.Ours.Reasons.TryGetValue(test, out string? reason) ? reason.ReplaceLineEndings(" ") : "no reason given";
}
