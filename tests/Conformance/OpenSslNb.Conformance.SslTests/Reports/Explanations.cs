using OpenSslNb.Conformance.SslTests.Verdicts;

namespace OpenSslNb.Conformance.SslTests.Reports;

/// <summary>Failures that are known, and why they are: a list in a file, a line each of version, file, case and reason.</summary>
internal sealed class Explanations
{
    private const int Fields = 4;

    private readonly List<string[]> _lines;

    private Explanations(List<string[]> lines) => _lines = lines;

    /// <exception cref="FormatException">A line has not four parts; the message says which.</exception>
    public static Explanations Parse(string name, string text)
    {
        var lines = new List<string[]>();
        foreach (string line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] parts = [.. line.Split('|', Fields).Select(part => part.Trim())];
            lines.Add(parts.Length == Fields && parts.All(part => part.Length > 0) ? parts : throw new FormatException($"{name}: '{line}' is not version | file | case | why"));
        }

        return new Explanations(lines);
    }

    /// <summary>Why a failure is known; null when it is not.</summary>
    /// <param name="openSsl">The version, such as 3.0.20.</param>
    /// <param name="verdict">A failure.</param>
    public string? For(string openSsl, CaseVerdict verdict) =>
        _lines.FirstOrDefault(line => IsOf(line[0], openSsl) && line[1] == verdict.File && line[2] == verdict.Name)?[^1];

    // 3.5 is not 3.50, and 1.1.1 is 1.1.1w.
    private static bool IsOf(string version, string openSsl) =>
        version == "*" || openSsl == version || (openSsl.StartsWith(version, StringComparison.Ordinal) && !char.IsAsciiDigit(openSsl[version.Length]));
}
