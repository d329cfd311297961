using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>Why tests fail that are not ours to pass: by patterns of their names.</summary>
internal sealed class Explanations
{
    private readonly List<(Regex Pattern, Explanation Explanation)> _all = [];

    /// <exception cref="FormatException">An entry has no cause or no source.</exception>
    public static Explanations Read(string json)
    {
        var explanations = new Explanations();
        using var document = JsonDocument.Parse(json);
        foreach (JsonProperty entry in document.RootElement.EnumerateObject())
        {
            string? cause = entry.Value.TryGetProperty("cause", out JsonElement causeElement) ? causeElement.GetString() : null;
            string? source = entry.Value.TryGetProperty("source", out JsonElement sourceElement) ? sourceElement.GetString() : null;
            if (string.IsNullOrWhiteSpace(cause) || string.IsNullOrWhiteSpace(source)) throw new FormatException($"the explanation of '{entry.Name}' needs a 'cause' and a 'source'");
            explanations._all.Add((new Regex($"^{Regex.Escape(entry.Name).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant), new Explanation(entry.Name, cause, source)));
        }

        return explanations;
    }

    /// <summary>The first that fits; null when the failure is unexplained.</summary>
    public Explanation? Of(string test) => _all.Find(entry => entry.Pattern.IsMatch(test)).Explanation;
}

/// <param name="Pattern">Of the tests' names.</param>
/// <param name="Cause">In a sentence.</param>
/// <param name="Source">The man page, RFC or line of OpenSSL that it follows from.</param>
internal sealed record Explanation(string Pattern, string Cause, string Source);
