using System.Text.Json;
using OpenSslNb.Simulation.Probing;
using Spectre.Console;

namespace OpenSslNb.Cli.Probing;

/// <summary>What came of a battery, as a table and as JSON.</summary>
/// <param name="target">Who was asked.</param>
/// <param name="features">What it has.</param>
/// <param name="results">What came of those that were asked.</param>
/// <param name="count">How many were to be asked.</param>
/// <param name="error">Why it was not asked all of them; null when the results say so, or it was.</param>
internal sealed class ProbeReport(ProbeTarget target, PeerFeatures features, IReadOnlyList<ProbeResult> results, int count, string? error)
{
    // In a file or a pipe there is no width to keep to.
    private const int WidthOfFiles = 200;

    public ProbeTarget Target => target;

    public IReadOnlyList<ProbeResult> Results => results;

    public string? Error => error;

    public int NotAsked => count - results.Count;

    public int Failed => Count(ProbeVerdict.Failed);

    public int Count(ProbeVerdict verdict) => results.Count(result => result.Verdict == verdict);

    /// <summary>The word for a verdict, in all formats.</summary>
    public static string Word(ProbeVerdict verdict) => verdict switch
    {
        ProbeVerdict.Passed => "passed",
        ProbeVerdict.Tolerated => "tolerated",
        ProbeVerdict.NotApplicable => "not applicable",
        _ => "failed",
    };

    /// <summary>Which probes there are.</summary>
    /// <returns>The exit code.</returns>
    public static int List(IReadOnlyList<Probe> probes, bool asJson)
    {
        if (asJson)
        {
            WriteDocument(json =>
            {
                json.WriteStartArray("probes");
                foreach (Probe probe in probes)
                {
                    json.WriteStartObject();
                    Describe(json, probe);
                    json.WriteStartArray("steps");
                    foreach (string step in probe.Steps) json.WriteStringValue(step);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return ExitCode.Ok;
        }

        Table table = new Table().AddColumns("area", "probe", "by", "expected");
        foreach (Probe probe in probes) table.AddRow(Markup.Escape(probe.Area), Markup.Escape(probe.Name), Markup.Escape(probe.Reference), Markup.Escape(probe.Expectation));
        Show(table);
        return ExitCode.Ok;
    }

    public void WriteTable()
    {
        Table table = new Table().AddColumns("area", "probe", "by", "verdict", "seen");
        foreach (ProbeResult result in results)
        {
            string color = result.Verdict switch { ProbeVerdict.Failed => "red", ProbeVerdict.Tolerated => "yellow", ProbeVerdict.Passed => "green", _ => "grey" };
            table.AddRow(Markup.Escape(result.Probe.Area), Markup.Escape(result.Probe.Name), Markup.Escape(result.Probe.Reference), $"[{color}]{Word(result.Verdict)}[/]", Markup.Escape(result.Evidence));
        }

        Show(table);
        Console.WriteLine($"{results.Count} probe{(results.Count == 1 ? "" : "s")} of {target}: {Count(ProbeVerdict.Passed)} passed, {Count(ProbeVerdict.Tolerated)} tolerated, {Count(ProbeVerdict.NotApplicable)} not applicable, {Failed} failed{(NotAsked == 0 ? "" : $", {NotAsked} not asked")}");
    }

    public void WriteJson() => WriteDocument(json =>
    {
        json.WriteString("target", target.ToString());
        if (error is not null) json.WriteString("error", error);
        json.WriteString("server_name", target.ServerName ?? target.Host);
        json.WriteString("openssl", TlsContext.OpenSslVersionText);
        json.WriteStartArray("features");
        foreach (PeerFeatures feature in Enum.GetValues<PeerFeatures>().Where(feature => feature != PeerFeatures.None && features.HasFlag(feature))) json.WriteStringValue(feature.ToString());
        json.WriteEndArray();
        foreach (ProbeVerdict verdict in (ProbeVerdict[])[ProbeVerdict.Passed, ProbeVerdict.Tolerated, ProbeVerdict.NotApplicable, ProbeVerdict.Failed])
        {
            json.WriteNumber(Word(verdict).Replace(' ', '_'), Count(verdict));
        }

        json.WriteNumber("not_asked", NotAsked);
        json.WriteStartArray("probes");
        foreach (ProbeResult result in results)
        {
            json.WriteStartObject();
            Describe(json, result.Probe);
            json.WriteString("verdict", Word(result.Verdict));
            json.WriteString("evidence", result.Evidence);
            json.WriteNumber("seconds", Seconds(result));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>How long it took, to the millisecond.</summary>
    public static double Seconds(ProbeResult result) => Math.Round(result.Duration.TotalSeconds, 3);

    private static void Describe(Utf8JsonWriter json, Probe probe)
    {
        json.WriteString("name", probe.Name);
        json.WriteString("area", probe.Area);
        json.WriteString("reference", probe.Reference);
        json.WriteString("expectation", probe.Expectation);
    }

    private static void WriteDocument(Action<Utf8JsonWriter> write)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        StandardOutput.Write(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private static void Show(Table table)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = WidthOfFiles;
        AnsiConsole.Write(table);
    }
}
