namespace OpenSslNb.Conformance.SslTests.Reports;

/// <summary>One report as text.</summary>
internal static class ConsoleReport
{
    /// <summary>A table by file, and each failure.</summary>
    public static void Write(ReplayReport report, TextWriter output)
    {
        output.WriteLine($"The cases of OpenSSL {report.Cases}, with OpenSSL {report.OpenSsl}; each delivered whole and byte by byte.");
        output.WriteLine();
        output.WriteLine("| file | cases | passed | failed | left out | why |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | --- |");
        foreach (FileReport file in report.Files)
        {
            string why = string.Join("; ", file.LeftOut.Select(reason => file.LeftOut.Count == 1 ? reason.Key : $"{reason.Value}: {reason.Key}"));
            output.WriteLine($"| `{file.File}` | {file.Cases} | {file.Passed} | {file.Failed} | {file.LeftOut.Values.Sum()} | {why} |");
        }

        output.WriteLine($"| all | {report.Total} | {report.Passed} | {report.Failures.Count} | {report.LeftOut} | |");
        foreach (FailureReport failure in report.Failures)
        {
            output.WriteLine();
            output.WriteLine($"{(failure.Explanation is null ? "FAILED" : "known")}: {failure.File} [{failure.Name}]{(failure.Explanation is null ? "" : $": {failure.Explanation}")}");
            foreach (string unmet in failure.Unmet) output.WriteLine($"    {unmet}");
        }
    }
}
