using System.Text.Json;

namespace OpenSslNb.Simulation.Differential;

/// <summary>Reads a script: one document with <c>cases</c>, or a case on each line.</summary>
internal static class ScriptReader
{
    private static readonly JsonReaderOptions s_json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowMultipleValues = true };

    /// <summary>Reads the text of a script.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="text">What it holds.</param>
    /// <exception cref="ScriptException">It is none.</exception>
    public static Script Read(string file, ReadOnlySpan<byte> text)
    {
        var cases = new List<ScriptCase>();
        try
        {
            var reader = new Utf8JsonReader(text.StartsWith(Mark) ? text[Mark.Length..] : text, s_json);
            while (reader.Read())
            {
                using var document = JsonDocument.ParseValue(ref reader);
                AddCases(cases, document.RootElement, file);
            }
        }
        catch (JsonException e)
        {
            throw new ScriptException($"{file}: no JSON in line {e.LineNumber + 1}: {e.Message.Split(". LineNumber")[0]}");
        }

        if (cases.Count == 0) throw new ScriptException($"{file}: there is no case in it");
        if (cases.GroupBy(c => c.Name).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new ScriptException($"{file}: two cases are called '{twice.Key}'");
        return new Script(cases);
    }

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    private static void AddCases(List<ScriptCase> cases, JsonElement root, string file)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ScriptException($"{file}: an object with 'cases', or with 'name' and 'steps', is expected, and not {root.ValueKind}");
        var fields = new ScriptFields(root, file);
        if (fields.Element("cases") is not { } all)
        {
            cases.Add(ReadCase(root, file, cases.Count + 1));
            return;
        }

        ScriptText.Require(root, file);
        if (all.ValueKind != JsonValueKind.Array) throw fields.Fault("cases", "an array of cases");
        fields.RefuseOthers();
        foreach (JsonElement one in all.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.Object) throw new ScriptException($"{file}: case {cases.Count + 1} must be an object with 'name' and 'steps', and not {one.ValueKind}");
            cases.Add(ReadCase(one, file, cases.Count + 1));
        }
    }

    private static ScriptCase ReadCase(JsonElement element, string file, int number)
    {
        ScriptText.Require(element, $"{file}: case {number}");
        var fields = new ScriptFields(element, $"{file}: case {number}");
        string name = fields.Text("name");
        if (string.IsNullOrWhiteSpace(name)) throw fields.Fault("name", "a string that is not empty");
        string place = $"{file}: case '{name}'";
        fields = new ScriptFields(element, place);
        _ = fields.Has("name");
        if (fields.Element("steps") is not { ValueKind: JsonValueKind.Array } steps || steps.GetArrayLength() == 0) throw fields.Fault("steps", "an array of steps, at least one");
        fields.RefuseOthers();
        var state = new ScriptState();
        var read = new List<ScriptStep>();
        foreach (JsonElement step in steps.EnumerateArray())
        {
            string where = $"{place}: step {read.Count + 1}";
            ScriptText.RequireAll(step, where);
            read.Add(ReadStep(step, where, state));
        }

        return new ScriptCase(name, read);
    }

    private static ScriptStep ReadStep(JsonElement element, string place, ScriptState state)
    {
        // A step without fields may be its name alone.
        if (element.ValueKind == JsonValueKind.String)
        {
            using var document = JsonDocument.Parse($"{{\"do\":{element.GetRawText()}}}");
            return ReadStep(document.RootElement, place, state);
        }

        if (element.ValueKind != JsonValueKind.Object) throw new ScriptException($"{place}: an object with 'do', or the name of a step, is expected, and not {element.ValueKind}");
        var fields = new ScriptFields(element, place);
        string name = fields.Text("do", ScriptSteps.Expected);
        ScriptStep step = ScriptSteps.Read(name, fields, state, place);
        fields.RefuseOthers();
        return step;
    }
}

/// <summary>What there is before a step, so that one that makes no sense is refused before anybody is asked anything.</summary>
internal sealed class ScriptState
{
    public bool IsConnected { get; set; }

    public bool HasHandshake { get; set; }

    /// <summary>Some handshake before it, on whichever connection.</summary>
    public bool CanResume { get; set; }
}
