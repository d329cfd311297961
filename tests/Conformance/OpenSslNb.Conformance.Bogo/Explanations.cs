using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>Why tests fail that are not ours to pass, or are left out: by patterns of their names.</summary>
internal sealed class Explanations
{
    private readonly List<Explanation> _all = [];

    /// <exception cref="FormatException">An entry has no cause, no source or no tests.</exception>
    public static Explanations Read(string json)
    {
        var explanations = new Explanations();
        using var document = JsonDocument.Parse(json);
        foreach (JsonElement entry in document.RootElement.EnumerateArray())
        {
            string[] patterns = entry.TryGetProperty("tests", out JsonElement tests) ? [.. tests.EnumerateArray().Select(test => test.GetString()!)] : [];
            if (patterns.Length == 0) throw new FormatException($"the explanation '{TextOf(entry, "cause")}' needs 'tests'");
            explanations._all.Add(new Explanation(TextOf(entry, "cause") ?? throw Incomplete(patterns), TextOf(entry, "source") ?? throw Incomplete(patterns), patterns));
        }

        return explanations;
    }

    /// <summary>The first that fits; null when the test is unexplained.</summary>
    public Explanation? Of(string test) => _all.Find(explanation => explanation.Fits(test));

    private static string? TextOf(JsonElement entry, string name) => entry.TryGetProperty(name, out JsonElement text) && text.GetString() is { Length: > 0 } value ? value : null;

    private static FormatException Incomplete(string[] patterns) => new($"the explanation of '{patterns[0]}' needs a 'cause' and a 'source'");
}

/// <param name="Cause">In a sentence.</param>
/// <param name="Source">The man page, RFC or line of OpenSSL that it follows from.</param>
/// <param name="Tests">Patterns of the tests' names.</param>
internal sealed record Explanation(string Cause, string Source, IReadOnlyList<string> Tests)
{
    private readonly Regex[] _patterns = [.. Tests.Select(pattern => new Regex($"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant))];

    public bool Fits(string test) => Array.Exists(_patterns, pattern => pattern.IsMatch(test));
}
