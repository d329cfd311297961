using System.Text.RegularExpressions;

namespace OpenSslNb.OpenSsl;

/// <summary>Queries of <c>property(7)</c>. OpenSSL takes one that it cannot read for none at all, and a demand would be lost by a slip of the pen.</summary>
internal static partial class PropertyQuery
{
    private const string Name = """[A-Za-z]\w*(\.[A-Za-z]\w*)*""";
    private const string Value = """("[^"]*"|'[^']*'|[\w.:/+-]+)""";
    private const string Clause = $"""(-{Name}|\??\s*{Name}(\s*!?=\s*{Value})?)""";

    public static bool IsWellFormed(string query) => WellFormed().IsMatch(query);

    // What is demanded, what is preferred (?), what must not be looked at (-).
    [GeneratedRegex($"""^\s*{Clause}(\s*,\s*{Clause})*\s*$""", RegexOptions.ECMAScript)]
    private static partial Regex WellFormed();
}
