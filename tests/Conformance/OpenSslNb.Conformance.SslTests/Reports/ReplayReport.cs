using OpenSslNb.Conformance.SslTests.Verdicts;

namespace OpenSslNb.Conformance.SslTests.Reports;

/// <summary>What became of the cases of one version with one OpenSSL.</summary>
/// <param name="OpenSsl">The version that was used, such as 3.0.20.</param>
/// <param name="Cases">The version whose cases these are.</param>
/// <param name="Files">By file, in order.</param>
/// <param name="Failures">One by one.</param>
internal sealed record ReplayReport(string OpenSsl, string Cases, IReadOnlyList<FileReport> Files, IReadOnlyList<FailureReport> Failures)
{
    public int Total => Files.Sum(file => file.Cases);

    public int Passed => Files.Sum(file => file.Passed);

    public int LeftOut => Files.Sum(file => file.LeftOut.Values.Sum());

    /// <summary>Failures that nobody has explained.</summary>
    public IEnumerable<FailureReport> Open => Failures.Where(failure => failure.Explanation is null);

    public static ReplayReport Of(string openSsl, string cases, IEnumerable<CaseVerdict> verdicts, Explanations explanations)
    {
        CaseVerdict[] all = [.. verdicts];
        return new ReplayReport(
            openSsl,
            cases,
            [.. all.GroupBy(verdict => verdict.File).Select(FileReport.Of)],
            [.. all.Where(verdict => verdict.Failed).Select(verdict => new FailureReport(verdict.File, verdict.Name, verdict.Unmet, explanations.For(openSsl, verdict)))]);
    }
}

/// <summary>What became of a file's cases.</summary>
/// <param name="File">Its name.</param>
/// <param name="Cases">How many there are.</param>
/// <param name="Passed">How many gave what they expect, however they were delivered.</param>
/// <param name="Failed">How many did not.</param>
/// <param name="LeftOut">How many were not replayed, by reason.</param>
internal sealed record FileReport(string File, int Cases, int Passed, int Failed, IReadOnlyDictionary<string, int> LeftOut)
{
    /// <summary>The same in all versions: 1.1.1 calls its files <c>.conf</c>.</summary>
    public string Topic => Path.GetFileNameWithoutExtension(File);

    public static FileReport Of(IGrouping<string, CaseVerdict> file) => new(
        file.Key,
        file.Count(),
        file.Count(verdict => verdict.Passed),
        file.Count(verdict => verdict.Failed),
        file.Where(verdict => verdict.LeftOut is not null).GroupBy(verdict => verdict.LeftOut!).ToDictionary(reason => reason.Key, reason => reason.Count()));
}

/// <summary>A case that did not give what it expects.</summary>
/// <param name="File">Its file.</param>
/// <param name="Name">As the file names it.</param>
/// <param name="Unmet">What it expected, and what came.</param>
/// <param name="Explanation">Why it is known; null when it is not.</param>
internal sealed record FailureReport(string File, string Name, IReadOnlyList<string> Unmet, string? Explanation);
