using System.Text.Json;

namespace OpenSslNb.Cli.TraceView;

/// <summary>The members of one line, each of the type that it must have.</summary>
internal readonly struct TraceFields(JsonElement line, Func<string, IOException> refuse)
{
    private static readonly string[] s_factNames = ["role", "local", "remote", "protocol", "cipher", "alpn", "server_name", "resumed", "outcome", "alert_sent", "alert_received", "detail"];

    // A year; what is longer would not fit the page's numbers.
    private const double LongestMilliseconds = 365.0 * 86_400_000;

    public long Connection => Number("connection");

    /// <summary>A string.</summary>
    public string Word(string name) => Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw refuse($"'{name}' must be a string");

    /// <summary>One of these strings.</summary>
    public string Word(string name, params ReadOnlySpan<string> expected)
    {
        string word = Word(name);
        return expected.Contains(word) ? word : throw refuse($"'{name}' must be {string.Join(" or ", expected.ToArray())}, and not '{word}'");
    }

    public string? OptionalWord(string name) => line.TryGetProperty(name, out _) ? Word(name) : null;

    /// <summary>The name of a member of an enumeration.</summary>
    public T OneOf<T>(string name)
        where T : struct, Enum
    {
        string word = Word(name);
        foreach (T value in Enum.GetValues<T>())
        {
            if (value.ToString() == word) return value;
        }

        throw refuse($"'{name}' must be {string.Join(" or ", Enum.GetNames<T>())}, and not '{word}'");
    }

    /// <summary>A whole number, 0 or more.</summary>
    public long Number(string name) =>
        Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) && number >= 0 ? number : throw refuse($"'{name}' must be a whole number from 0 on");

    /// <summary>Milliseconds, as ticks.</summary>
    public long Time(string name) =>
        Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double time) && Math.Abs(time) <= LongestMilliseconds
            ? (long)Math.Round(time * TimeSpan.TicksPerMillisecond)
            : throw refuse($"'{name}' must be a number of milliseconds");

    public long OptionalTime(string name) => line.TryGetProperty(name, out _) ? Time(name) : 0;

    /// <summary>What an application event says about its connection.</summary>
    public Dictionary<string, string> Facts()
    {
        var facts = new Dictionary<string, string>();
        foreach (string name in s_factNames)
        {
            if (line.TryGetProperty(name, out JsonElement value)) facts.Add(name, value.ToString());
        }

        return facts;
    }

    private JsonElement Member(string name) => line.TryGetProperty(name, out JsonElement value) ? value : throw refuse($"'{name}' is missing");
}
