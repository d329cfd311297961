using System.Text.Json;

namespace OpenSslNb.Conformance.Scan;

/// <summary>How bad a finding is, as testssl.sh says.</summary>
internal enum Severity
{
    /// <summary>Good, or a mere fact.</summary>
    None,
    Low,
    Medium,
    High,
    Critical,

    /// <summary>The scan itself failed.</summary>
    Fatal,
}

/// <summary>What testssl.sh has found with one OpenSSL, of <see cref="Severity.Low"/> and above.</summary>
/// <param name="Version">Of OpenSSL.</param>
/// <param name="Severities">By what they are about, in testssl.sh's order.</param>
internal sealed record Findings(string Version, IReadOnlyDictionary<string, Severity> Severities)
{
    // Always looked at, and late enough to show that the server was spoken to.
    private const string LastVersion = "TLS1_3";

    /// <summary>Reads what <c>--jsonfile</c> has written.</summary>
    /// <exception cref="FormatException">It is something else, or the scan broke off.</exception>
    public static Findings Read(string version, string json)
    {
        using JsonDocument document = Parse(version, json);
        (string Id, Severity Severity)[] all = [.. document.RootElement.EnumerateArray().Select(finding => (TextOf(finding, "id"), SeverityOf(finding)))];
        if (!all.Any(finding => finding.Id == LastVersion)) throw new FormatException($"OpenSSL {version}: testssl.sh did not get as far as the versions of TLS");
        var severities = new OrderedDictionary<string, Severity>();
        foreach ((string id, Severity severity) in all.Where(finding => finding.Severity > Severity.None)) severities[id] = severities.TryGetValue(id, out Severity other) && other > severity ? other : severity;
        return new Findings(version, severities);
    }

    private static JsonDocument Parse(string version, string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new FormatException($"OpenSSL {version}: testssl.sh did not write all of its findings", e);
        }
    }

    private static Severity SeverityOf(JsonElement finding) => TextOf(finding, "severity") switch
    {
        "OK" or "INFO" or "WARN" or "DEBUG" => Severity.None,
        "LOW" => Severity.Low,
        "MEDIUM" => Severity.Medium,
        "HIGH" => Severity.High,
        "CRITICAL" => Severity.Critical,
        "FATAL" => Severity.Fatal,
        var other => throw new FormatException($"the finding {TextOf(finding, "id")} has the severity '{other}', which testssl.sh does not document"),
    };

    private static string TextOf(JsonElement finding, string name) =>
        finding.TryGetProperty(name, out JsonElement text) && text.GetString() is { } value ? value : throw new FormatException($"a finding has no '{name}': {finding}");
}
