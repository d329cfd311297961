namespace OpenSslNb.Conformance.SslTests.Reports;

/// <summary>The reports of several versions as one page.</summary>
internal static class MarkdownReport
{
    private const string Introduction = """
        # OpenSSL's own handshake cases: what is left out, and what fails

        <!-- Made by ./build.sh ssl-tests: change the program in tests/Conformance, and not this page. -->

        The counts, and what these cases are, are in [conformance.md](conformance.md).

        """;

    public static string Of(IReadOnlyList<ReplayReport> reports)
    {
        using var page = new StringWriter { NewLine = "\n" };
        page.Write(Introduction.ReplaceLineEndings("\n"));
        WriteLeftOut(page, reports);
        WriteFailures(page, reports);
        return page.ToString();
    }

    /// <summary>The section of the overview: counts alone.</summary>
    public static string TableOf(IReadOnlyList<ReplayReport> reports)
    {
        using var page = new StringWriter { NewLine = "\n" };
        page.WriteLine("Cases that pass; where some that were replayed do not, of how many. A file with – has only cases that are left out.\n");
        page.WriteLine($"| file | {string.Join(" | ", reports.Select(report => report.OpenSsl))} |");
        page.WriteLine($"| --- |{string.Concat(reports.Select(_ => " ---: |"))}");
        page.WriteLine($"| *cases of version* | {string.Join(" | ", reports.Select(report => report.Cases))} |");
        foreach (string topic in reports.SelectMany(report => report.Files).Select(file => file.Topic).Distinct().Order(StringComparer.Ordinal))
        {
            page.WriteLine($"| `{topic}` | {string.Join(" | ", reports.Select(report => Cell(report.Files.SingleOrDefault(file => file.Topic == topic))))} |");
        }

        page.WriteLine($"| all that were replayed | {string.Join(" | ", reports.Select(report => Cell(report.Total - report.LeftOut, report.Passed)))} |");
        page.WriteLine($"| left out | {string.Join(" | ", reports.Select(report => Number(report.LeftOut)))} |");
        page.WriteLine($"| all | {string.Join(" | ", reports.Select(report => Number(report.Total)))} |");
        return page.ToString();
    }

    private static string Cell(FileReport? file) => file is null ? "" : Cell(file.Cases - file.LeftOut.Values.Sum(), file.Passed);

    private static string Cell(int cases, int passed) => cases == 0 ? "–" : cases == passed ? Number(cases) : $"{Number(passed)} of {Number(cases)}";

    private static string Number(int number) => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private static void WriteLeftOut(StringWriter page, IReadOnlyList<ReplayReport> reports)
    {
        page.WriteLine("\n## What is left out\n");
        page.WriteLine($"| why | files | {string.Join(" | ", reports.Select(report => report.OpenSsl))} |");
        page.WriteLine($"| --- | --- |{string.Concat(reports.Select(_ => " ---: |"))}");
        FileReport[] files = [.. reports.SelectMany(report => report.Files)];
        foreach (string reason in files.SelectMany(file => file.LeftOut.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            IEnumerable<string> topics = files.Where(file => file.LeftOut.ContainsKey(reason)).Select(file => $"`{file.Topic}`").Distinct();
            page.WriteLine($"| {reason} | {string.Join(", ", topics)} | {string.Join(" | ", reports.Select(report => report.Files.Sum(file => file.LeftOut.GetValueOrDefault(reason))))} |");
        }
    }

    private static void WriteFailures(StringWriter page, IReadOnlyList<ReplayReport> reports)
    {
        page.WriteLine("\n## What fails\n");
        if (reports.All(report => report.Failures.Count == 0)) page.WriteLine("Nothing.");
        foreach (ReplayReport report in reports)
        {
            foreach (FailureReport failure in report.Failures)
            {
                page.WriteLine($"- {report.OpenSsl}, `{failure.File}`, `{failure.Name}`: {failure.Unmet[0]}. {(failure.Explanation is null ? "**Not explained.**" : $"Known: {failure.Explanation}.")}");
            }
        }
    }
}
