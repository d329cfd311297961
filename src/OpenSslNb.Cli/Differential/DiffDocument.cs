using System.Text.Encodings.Web;
using System.Text.Json;
using OpenSslNb.Simulation.Differential;

namespace OpenSslNb.Cli.Differential;

/// <summary>The comparison as one document of JSON.</summary>
internal static class DiffDocument
{
    public static void Write(DiffReport report)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WritePeer(json, "a", report.A);
            WritePeer(json, "b", report.B);
            json.WriteString("script", report.Script);
            json.WriteBoolean("strict", report.IsStrict);
            json.WriteBoolean("same", report.IsSame);
            json.WriteNumber("differences", report.Differences);
            json.WriteNumber("not_possible", report.NotPossible);
            if (report.Faults.Any()) json.WriteString("error", string.Join('\n', report.Faults));
            json.WriteStartArray("cases");
            foreach (Comparison comparison in report.Cases) WriteCase(json, comparison);
            json.WriteEndArray();
            json.WriteStartArray("not_compared");
            foreach (ScriptCase script in report.NotCompared) json.WriteStringValue(script.Name);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        StandardOutput.Write(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private static void WritePeer(Utf8JsonWriter json, string name, Peer peer)
    {
        json.WriteStartObject(name);
        json.WriteString("given", peer.Source.Text);
        json.WriteString("address", peer.Target?.ToString());
        if (peer.End is { } end) WriteEnd(json, end);
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, PeerEnd end)
    {
        json.WriteStartObject("ended");
        json.WriteString("case", end.Case);
        json.WriteNumber("exit_code", end.ExitCode);
        json.WriteString("signal", end.Signal);
        json.WriteStartArray("stderr");
        foreach (string line in end.Said) json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCase(Utf8JsonWriter json, Comparison comparison)
    {
        json.WriteStartObject();
        json.WriteString("name", comparison.Case.Name);
        json.WriteBoolean("same", comparison.IsSame);
        json.WriteStartArray("not_possible");
        foreach (int step in comparison.NotPossible) json.WriteNumberValue(step);
        json.WriteEndArray();
        json.WriteStartArray("steps");
        for (int i = 0; i < comparison.Case.Steps.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("step", i + 1);
            json.WriteString("words", comparison.Case.Steps[i].Words);
            json.WriteString("a", comparison.A.Outcomes[i]);
            json.WriteString("b", comparison.B.Outcomes[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteEvents(json, "a", comparison.A.Events);
        WriteEvents(json, "b", comparison.B.Events);
        json.WriteStartArray("differences");
        foreach (Difference difference in comparison.Differences) WriteDifference(json, comparison, difference);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, string name, IReadOnlyList<PeerEvent> events)
    {
        json.WriteStartArray(name);
        foreach (PeerEvent one in events)
        {
            json.WriteStartObject();
            json.WriteString("kind", one.Kind.ToString().ToLowerInvariant());
            json.WriteString("name", one.Name);
            json.WriteNumber("connection", one.Connection);
            json.WriteNumber("step", one.Step);
            WriteFacts(json, "facts", one.Facts);
            WriteFacts(json, "notes", one.Notes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFacts(Utf8JsonWriter json, string name, IReadOnlyList<Fact> facts)
    {
        json.WriteStartObject(name);
        foreach (Fact fact in facts) json.WriteString(fact.Name, fact.Value);
        json.WriteEndObject();
    }

    private static void WriteDifference(Utf8JsonWriter json, Comparison comparison, Difference difference)
    {
        json.WriteStartObject();
        json.WriteNumber("step", difference.Step);
        json.WriteString("words", comparison.WordsOf(difference.Step));
        json.WriteString("what", difference.What);
        json.WriteStartArray("details");
        foreach (string detail in difference.Details) json.WriteStringValue(detail);
        json.WriteEndArray();
        json.WriteString("a", difference.A);
        json.WriteString("b", difference.B);
        json.WriteEndObject();
    }
}
