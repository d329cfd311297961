using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenSslNb.Simulation.Differential;

/// <summary>The fields of one object of a script, each of the type that it must have; those that nobody has asked for are refused.</summary>
/// <param name="element">The object.</param>
/// <param name="place">File, case and step, for messages.</param>
internal sealed class ScriptFields(JsonElement element, string place)
{
    private readonly HashSet<string> _known = [];

    public ScriptException Fault(string name, string expected)
    {
        string seen = element.TryGetProperty(name, out JsonElement value) ? $", and not {Shown(value)}" : "";
        return new ScriptException($"{place}: '{name}' must be {expected}{seen}");
    }

    public ScriptException Refusal(string words) => new($"{place}: {words}");

    /// <summary>The fields of an object within one of these.</summary>
    public ScriptFields Within(string name, JsonElement inner) => new(inner, $"{place}: '{name}'");

    public bool Has(string name)
    {
        _known.Add(name);
        return element.TryGetProperty(name, out _);
    }

    public JsonElement? Element(string name) => Has(name) ? element.GetProperty(name) : null;

    public string? OptionalText(string name, string expected = "a string") => Element(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault(name, expected);

    public string Text(string name, string expected = "a string") => OptionalText(name, expected) ?? throw new ScriptException($"{place}: '{name}' is missing: {expected}");

    public bool Flag(string name, bool otherwise) => Element(name) is not { } value ? otherwise : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Fault(name, "true or false");

    public int Number(string name, int least, int most) => OptionalNumber(name, least, most) ?? throw new ScriptException($"{place}: '{name}' is missing: {Between(least, most)}");

    public int? OptionalNumber(string name, int least, int most) =>
        Element(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most ? number : throw Fault(name, Between(least, most));

    public double? OptionalSeconds(string name) =>
        Element(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is > 0 and <= 3600 ? number : throw Fault(name, "a number of seconds above 0 and up to 3600");

    public string[]? OptionalTexts(string name) => Strings(name, "an array of strings");

    /// <summary>Names or numbers of one of IANA's registries.</summary>
    public ushort[]? OptionalNumbers(string name, TlsNames registry, string examples)
    {
        string expected = $"an array of {examples}, or of numbers such as \"0x1a2b\"";
        return Strings(name, expected)?.Select(text => registry.TryParse(text, out ushort number) ? number : throw Fault(name, expected)).ToArray();
    }

    public ushort? OptionalNumber(string name, TlsNames registry, string examples)
    {
        string expected = $"{examples}, or a number such as \"0x1a2b\"";
        return OptionalText(name, expected) is not { } text ? null : registry.TryParse(text, out ushort number) ? number : throw Fault(name, expected);
    }

    public byte[]? OptionalHex(string name)
    {
        const string Expected = "an even number of hexadecimal digits, with or without spaces";
        if (OptionalText(name, Expected) is not { } text) return null;
        try
        {
            return Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
        }
        catch (FormatException)
        {
            throw Fault(name, Expected);
        }
    }

    /// <summary>Bytes: <c>hex</c>, <c>text</c> or <c>size</c>, one of them.</summary>
    public byte[] Bytes()
    {
        byte[]?[] given = [OptionalHex("hex"), OptionalText("text") is { } text ? Encoding.UTF8.GetBytes(text) : null, OptionalNumber("size", 0, 1 << 20) is { } size ? Pattern(size) : null];
        return given.OfType<byte[]>().ToArray() is [var one] ? one : throw new ScriptException($"{place}: one of 'hex', 'text' and 'size' is expected");
    }

    /// <summary>To be called when all has been read.</summary>
    public void RefuseOthers()
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!_known.Contains(property.Name)) throw new ScriptException($"{place}: '{property.Name}' is no field of this; expected: {string.Join(", ", _known)}");
        }
    }

    private string[]? Strings(string name, string expected)
    {
        if (Element(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Fault(name, expected);
        return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Fault(name, expected))];
    }

    // The same for both peers, and no two neighbours alike.
    private static byte[] Pattern(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i % 251))];

    private static string Between(int least, int most) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");

    private static string Shown(JsonElement value)
    {
        const int Most = 60;
        string text = value.GetRawText();
        return text.Length <= Most ? text : text[..Most] + "...";
    }
}
