namespace OpenSslNb.Conformance.SslTests.Cases;

/// <summary>A configuration file of OpenSSL (<c>config(5)</c>), as far as the handshake cases use it: sections, comments, continued lines, and <c>${ENV::NAME}</c>.</summary>
internal sealed class CnfFile
{
    // What stands before the first section.
    private const string Beginning = "default";

    private readonly Dictionary<string, List<KeyValuePair<string, string>>> _sections = new() { [Beginning] = [] };

    private CnfFile(string name) => Name = name;

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <param name="name">For messages.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="environment">What <c>${ENV::NAME}</c> stands for.</param>
    /// <exception cref="FormatException">It is something else; the message names file and line.</exception>
    public static CnfFile Parse(string name, string text, IReadOnlyDictionary<string, string> environment)
    {
        var file = new CnfFile(name);
        string section = Beginning;
        int number = 0;
        foreach (string line in Continued(text))
        {
            number++;
            string bare = line.Split('#')[0].Trim();
            if (bare.Length == 0) continue;
            if (bare[0] == '[')
            {
                section = bare.EndsWith(']') ? bare[1..^1].Trim() : throw new FormatException($"{name}: the section's name in line {number} has no end: {bare}");
                file._sections.TryAdd(section, []);
                continue;
            }

            int equals = bare.IndexOf('=');
            if (equals <= 0) throw new FormatException($"{name}: line {number} is neither a section nor 'name = value': {bare}");
            file._sections[section].Add(new(bare[..equals].Trim(), Expand(name, bare[(equals + 1)..].Trim(), environment)));
        }

        return file;
    }

    /// <summary>A section's lines in order; null when it is not there.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Find(string section) => _sections.GetValueOrDefault(section);

    /// <summary>A section's lines in order.</summary>
    /// <exception cref="FormatException">There is no such section.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> Section(string section) => Find(section) ?? throw new FormatException($"{Name}: there is no section [{section}]");

    /// <summary>The value of a name that stands before all sections.</summary>
    public string? Value(string name) => _sections[Beginning].LastOrDefault(line => line.Key == name).Value;

    private static IEnumerable<string> Continued(string text)
    {
        string begun = "";
        foreach (string line in text.Split('\n'))
        {
            string whole = begun + line.TrimEnd('\r');
            begun = whole.EndsWith('\\') ? whole[..^1] : "";
            if (begun.Length == 0) yield return whole;
        }
    }

    private static string Expand(string file, string value, IReadOnlyDictionary<string, string> environment)
    {
        const string Start = "${ENV::";
        while (value.IndexOf(Start, StringComparison.Ordinal) is >= 0 and int start)
        {
            int end = value.IndexOf('}', start);
            string variable = end < 0 ? value[start..] : value[(start + Start.Length)..end];
            if (!environment.TryGetValue(variable, out string? known)) throw new FormatException($"{file}: nobody knows what {variable} is in '{value}'");
            value = string.Concat(value.AsSpan(0, start), known, value.AsSpan(end + 1));
        }

        return value;
    }
}
