using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenSslNb.Cli.Tests;

/// <summary>Reads Prometheus's text format, version 0.0.4, as strictly as its description is: whatever does not follow it is a fault.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, double> _samples = [];
    private readonly HashSet<string> _helped = [];

    private Exposition(string text)
    {
        if (text.Length > 0 && text[^1] != '\n') throw new FormatException("the last line has no end");
        string family = "";
        foreach (string line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) family = BeginHelp(line.Split(' ', 4));
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) BeginType(family, line.Split(' '));
            else AddSample(family, line);
        }

        foreach (string histogram in _types.Where(t => t.Value == "histogram").Select(t => t.Key)) CheckHistogram(histogram);
    }

    /// <summary>Families by name: counter, gauge or histogram.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Values by name and labels, as written.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    public static Exposition Parse(string text) => new(text);

    /// <summary>The sum of a family's samples that have these labels.</summary>
    public double Sum(string name, params string[] labels) =>
        _samples.Where(s => NameOf(s.Key) == name && labels.All(label => s.Key.Contains(label, StringComparison.Ordinal))).Sum(s => s.Value);

    private static string NameOf(string sample) => sample.Split('{')[0];

    private string BeginHelp(string[] words)
    {
        if (words.Length < 4 || !_helped.Add(words[2])) throw new FormatException($"HELP of {words[2]} is empty or comes twice");
        return words[2];
    }

    private void BeginType(string family, string[] words)
    {
        if (words.Length != 4 || words[2] != family || words[3] is not ("counter" or "gauge" or "histogram") || !_types.TryAdd(family, words[3])) throw new FormatException($"TYPE does not follow HELP: {string.Join(' ', words)}");
        if (words[3] == "counter" != family.EndsWith("_total", StringComparison.Ordinal)) throw new FormatException($"{family} is a {words[3]}");
    }

    private void AddSample(string family, string line)
    {
        Match match = SampleLine().Match(line);
        if (!match.Success) throw new FormatException($"no sample: {line}");
        string[] names = _types[family] == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family];
        if (!names.Contains(match.Groups["name"].Value)) throw new FormatException($"a sample in the family {family}: {line}");
        if (!_samples.TryAdd(match.Groups["name"].Value + match.Groups["labels"].Value, Number(match.Groups["value"].Value))) throw new FormatException($"comes twice: {line}");
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    // Buckets are cumulative, in order, and the last is the count.
    private void CheckHistogram(string name)
    {
        var buckets = _samples.Where(s => NameOf(s.Key) == name + "_bucket").GroupBy(s => BucketLabel().Replace(s.Key[name.Length..], ""), s => (Bound: Number(BucketLabel().Match(s.Key).Groups[1].Value), s.Value));
        foreach (var series in buckets)
        {
            (double Bound, double Value)[] rows = [.. series];
            bool inOrder = rows.Zip(rows.Skip(1)).All(pair => pair.First.Bound < pair.Second.Bound && pair.First.Value <= pair.Second.Value);
            string count = name + "_count" + series.Key["_bucket".Length..].Replace("{}", "", StringComparison.Ordinal);
            if (!inOrder || !double.IsPositiveInfinity(rows[^1].Bound) || _samples[count] != rows[^1].Value) throw new FormatException($"buckets of {name}{series.Key}");
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*")*\})? (?<value>[-+0-9.eE]+|[+-]Inf|NaN)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex(""",?le="([^"]*)"(?=\})""")]
    private static partial Regex BucketLabel();
}
