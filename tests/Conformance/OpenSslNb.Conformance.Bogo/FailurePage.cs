using System.Text;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>The page with every test of a runner that fails, or that plain OpenSSL passes and this library leaves out.</summary>
/// <param name="Runner">Its name.</param>
/// <param name="Archive">That its source has come in.</param>
/// <param name="Strict">Whether it takes several words for one error.</param>
/// <param name="Versions">The results.</param>
internal sealed record FailurePage(string Runner, string Archive, bool Strict, IReadOnlyList<VersionResults> Versions)
{
    private const string StrictText = "Where a test names the error that it expects in BoringSSL's words, `tests/Conformance/bogo/config.json` has what OpenSSL says then, and it must say so.";
    private const string LooseText = "A test may name the error that it expects in BoringSSL's words: where OpenSSL has one reason for it, `tests/Conformance/bogo/config.json` has that reason; where it has several, any error will do (`-loose-errors`), and the alert decides.";
    private const string FailuresText = "Every one of them fails with the plain shim, too; a failure that did not, or that is not explained here, would fail the command.";
    private const string LeftOutText = "Tests that the plain shim passes, and that are not implemented here. One without a reason would fail the command.";

    public string Of(Explanations explanations, Explanations leftOut)
    {
        var text = new StringBuilder();
        text.Append($"# BoringSSL's protocol tests: failures of the runner of `{Archive}`\n\n<!-- Made by ./build.sh bogo --runner {Runner}: change the program in tests/Conformance, and not this page. -->\n\n")
            .Append($"The counts, and what these tests are, are in [conformance.md](conformance.md). {(Strict ? StrictText : LooseText)}\n");
        Append(text, "Failures", FailuresText, new CausesOfTests(explanations, Versions, version => version.Ours.Failures), "F");
        Append(text, "Left out", LeftOutText, new CausesOfTests(leftOut, Versions, version => version.LeftOut), "L");
        return text.ToString();
    }

    private void Append(StringBuilder text, string title, string introduction, CausesOfTests tests, string letter)
    {
        string versions = string.Join(" | ", Versions.Select(version => version.Version));
        string rule = string.Concat(Versions.Select(_ => " ---: |"));
        text.Append($"\n## {title}\n\n{introduction}\n\n| | cause | {versions} |\n| --- | --- |{rule}\n");
        foreach ((Explanation? cause, int number) in tests.Causes) text.Append($"| {NameOf(cause, letter, number)} | {(cause is null ? "**unexplained**" : $"{cause.Cause} *{cause.Source}*")} | {string.Join(" | ", Versions.Select(version => Number(tests.Count(cause, version))))} |\n");

        text.Append($"\n### {title}, one by one\n\n| test | cause | {versions} |\n| --- | --- |{string.Concat(Versions.Select(_ => " :---: |"))}\n");
        foreach ((string test, Explanation? cause, int number) in tests.All) text.Append($"| `{test}` | {NameOf(cause, letter, number)} | {string.Join(" | ", Versions.Select(version => tests.Has(test, version) ? "×" : ""))} |\n");
    }

    private static string NameOf(Explanation? cause, string letter, int number) => cause is null ? "**none**" : $"{letter}{number}";

    private static string Number(int count) => count > 0 ? $"{count}" : "";
}
