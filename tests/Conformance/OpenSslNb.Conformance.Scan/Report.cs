using System.Text;
using System.Text.Json;

namespace OpenSslNb.Conformance.Scan;

/// <summary>What becomes of the findings: a table by version, each finding with its reason.</summary>
/// <param name="explanations">Why they are as they are, by what they are about.</param>
/// <param name="versions">One for each OpenSSL.</param>
internal sealed class Report(IReadOnlyDictionary<string, string> explanations, IReadOnlyList<Findings> versions)
{
    private IEnumerable<string> All => versions.SelectMany(version => version.Severities.Keys).Distinct();

    /// <summary>Findings above <see cref="Severity.Low"/> that nobody has explained: a line for each.</summary>
    public IReadOnlyList<string> Open =>
    [
        .. versions.SelectMany(version => version.Severities
            .Where(finding => finding.Value > Severity.Low && !explanations.ContainsKey(finding.Key))
            .Select(finding => $"{version.Version}: {finding.Key}: {NameOf(finding.Value)}: unexplained")),
    ];

    /// <exception cref="FormatException">An explanation is empty.</exception>
    public static IReadOnlyDictionary<string, string> ReadExplanations(string json)
    {
        Dictionary<string, string?> read = JsonSerializer.Deserialize<Dictionary<string, string?>>(json)!;
        return read.ToDictionary(entry => entry.Key, entry => entry.Value is { Length: > 0 } why ? why : throw new FormatException($"the explanation of '{entry.Key}' is empty"));
    }

    /// <summary>The section of the page.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        text.Append($"| finding | {string.Join(" | ", versions.Select(version => version.Version))} | why it is so |\n| --- |{string.Concat(versions.Select(_ => " --- |"))} --- |\n");
        foreach (string id in All)
        {
            IEnumerable<string> cells = versions.Select(version => version.Severities.TryGetValue(id, out Severity severity) ? NameOf(severity) : "");
            text.Append($"| `{id}` | {string.Join(" | ", cells)} | {explanations.GetValueOrDefault(id, "**unexplained**")} |\n");
        }

        return text.ToString();
    }

    private static string NameOf(Severity severity) => severity.ToString().ToUpperInvariant();
}
