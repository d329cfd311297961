using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>How one test ended, as the runner writes it.</summary>
internal enum TestVerdict
{
    Passed,
    Failed,
    NotImplemented,
}

/// <summary>What a run of the runner came to.</summary>
/// <param name="Verdicts">By test.</param>
/// <param name="Reasons">What was printed of tests that failed.</param>
internal sealed partial record RunnerResults(IReadOnlyDictionary<string, TestVerdict> Verdicts, IReadOnlyDictionary<string, string> Reasons)
{
    public int Count(TestVerdict verdict, string? part = null) => Verdicts.Count(test => test.Value == verdict && (part is null || test.Key.Contains(part, StringComparison.Ordinal)));

    public IEnumerable<string> Failures => Verdicts.Where(test => test.Value == TestVerdict.Failed).Select(test => test.Key).Order(StringComparer.Ordinal);

    /// <summary>Reads what <c>-json-output</c> and standard output hold.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static RunnerResults Read(string json, string output)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("tests", out JsonElement tests)) throw new FormatException("the runner's results have no 'tests'");
        var verdicts = new Dictionary<string, TestVerdict>();
        foreach (JsonProperty test in tests.EnumerateObject())
        {
            string? actual = test.Value.GetProperty("actual").GetString();
            verdicts[test.Name] = actual switch
            {
                "PASS" => TestVerdict.Passed,
                "SKIP" => TestVerdict.NotImplemented,
                "FAIL" or "TIMEOUT" => TestVerdict.Failed,
                _ => throw new FormatException($"the test {test.Name} ended as '{actual}', which is none of PASS, FAIL and SKIP"),
            };
        }

        var reasons = new Dictionary<string, string>();
        foreach (Match failure in FailureText().Matches(output)) reasons[failure.Groups["name"].Value] = failure.Groups["text"].Value.Trim();
        return new RunnerResults(verdicts, reasons);
    }

    [GeneratedRegex(@"^FAILED \((?<name>.+?)\)\n(?<text>.*?)(?=^(?:PASSED|FAILED|UNIMPLEMENTED) \(|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FailureText();
}
