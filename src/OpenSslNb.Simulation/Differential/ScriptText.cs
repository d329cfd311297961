using System.Text.Json;

namespace OpenSslNb.Simulation.Differential;

/// <summary>What JSON leaves to its readers: strings that are no text (a half of a surrogate pair, broken UTF-8), and names that an object has twice.</summary>
internal static class ScriptText
{
    /// <summary>Refuses them in an object's names, and in those of its values that are strings.</summary>
    public static void Require(JsonElement element, string place)
    {
        if (element.ValueKind == JsonValueKind.String) RequireText(element, place);
        if (element.ValueKind != JsonValueKind.Object) return;
        var names = new HashSet<string>();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = NameOf(property, place);
            if (!names.Add(name)) throw new ScriptException($"{place}: '{name}' is there twice");
            if (property.Value.ValueKind == JsonValueKind.String) RequireText(property.Value, $"{place}: '{name}'");
        }
    }

    /// <summary>Refuses them in all that is within.</summary>
    public static void RequireAll(JsonElement element, string place)
    {
        Require(element, place);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject()) RequireAll(property.Value, $"{place}: '{property.Name}'");
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray()) RequireAll(item, place);
        }
    }

    private static string NameOf(JsonProperty property, string place)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new ScriptException($"{place}: a field's name is no text: {e.Message}");
        }
    }

    private static void RequireText(JsonElement element, string place)
    {
        try
        {
            _ = element.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new ScriptException($"{place}: a string is no text: {e.Message}");
        }
    }
}
