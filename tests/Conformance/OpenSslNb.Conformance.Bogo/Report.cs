using System.Text;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>The document: tables by version, and every failure with its cause.</summary>
internal sealed class Report(string runner, Explanations explanations, IReadOnlyList<VersionResults> versions)
{
    /// <summary>Failures that nobody has explained, that are ours, or that the plain shim has not confirmed: a line for each.</summary>
    public IReadOnlyList<string> Open =>
    [
        .. versions.SelectMany(version => version.Ours.Failures.Where(test => explanations.Of(test) is null).Select(test => $"{version.Version}: {test}: unexplained: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.OurOwn.Select(test => $"{version.Version}: {test}: the plain shim passes it: {ReasonOf(version, test)}")),
        .. versions.SelectMany(version => version.Unconfirmed.Select(test => $"{version.Version}: {test}: the plain shim did not confirm it")),
    ];

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append($"# BoringSSL's protocol tests\n\n<!-- Made by ./build.sh bogo: change the program in tests/Conformance, and not this page. -->\n\n")
            .Append("BoringSSL's test runner (BoGo) is a TLS peer that breaks the rules in some thousand ways, and looks at what comes of it. `src/OpenSslNb.BogoShim` puts this library's machine in front of it; `tests/Conformance/plain-shim` is the same in C around plain OpenSSL, without the library.\n\n")
            .Append("```sh\n./build.sh bogo          # fetch and compile the runner, run it with each OpenSSL that is here, and write this page\n./build.sh bogo 3.5      # with one version, without the page\n```\n\n")
            .Append($"The runner is that of `{runner}`, with every test but those of DTLS and QUIC. A test may name the error that it expects in BoringSSL's words: where OpenSSL has one reason for it, `tests/Conformance/bogo/config.json` has that reason; where it has several, any error will do (`-loose-errors`), and the alert decides. In asynchronous tests ciphertext goes byte by byte in both directions, and what the application is asked is answered later, from another thread. \"Not implemented\" are tests of what OpenSSL or this library does not have.\n\n## Results\n\n");
        AppendTable(text, null);
        text.Append("\nOf these, the asynchronous ones:\n\n");
        AppendTable(text, "Async");
        text.Append("\n## Failures\n\nBy cause, with the number of tests for each version. Every one of them fails with the plain shim, too; a failure that did not, or that is not explained here, would fail the command.\n\n");
        AppendFailures(text);
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
            text.Append($"| {group.Key.Cause} *{group.Key.Source}* | {string.Join(", ", group.Key.Tests.Select(pattern => $"`{pattern}`"))} | {CountsOf([.. group])} |\n");
        }

        foreach (var group in failures.Where(failure => explanations.Of(failure.Test) is null).GroupBy(failure => failure.Test)) text.Append($"| **unexplained** | `{group.Key}` | {CountsOf([.. group])} |\n");
    }

    private string CountsOf((VersionResults Version, string Test)[] failures) =>
        string.Join(" | ", versions.Select(version => failures.Count(failure => failure.Version == version) is > 0 and var count ? $"{count}" : ""));

    private static string ReasonOf(VersionResults version, string test) => version.Ours.Reasons.TryGetValue(test, out string? reason) ? reason.ReplaceLineEndings(" ") : "no reason given";
}
