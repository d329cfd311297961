using System.Globalization;
using OpenSslNb.Simulation.Differential;
using Spectre.Console;

namespace OpenSslNb.Cli.Differential;

/// <summary>What came of all cases.</summary>
/// <param name="A">One server.</param>
/// <param name="B">The other one.</param>
/// <param name="Script">The file.</param>
/// <param name="IsStrict">Notes count too.</param>
/// <param name="Cases">Those that were compared.</param>
/// <param name="NotCompared">Those that were not.</param>
/// <param name="Error">Why not; null when a server's end says so, or all were.</param>
internal sealed record DiffReport(Peer A, Peer B, string Script, bool IsStrict, IReadOnlyList<Comparison> Cases, IReadOnlyList<ScriptCase> NotCompared, string? Error)
{
    // In a file or a pipe there is no width to keep to.
    private const int WidthOfFiles = 200;

    /// <summary>Everything was compared, and nothing differs.</summary>
    public bool IsSame => Error is null && !Ended.Any() && NotCompared.Count == 0 && Cases.All(comparison => comparison.IsSame);

    public int Differences => Cases.Sum(comparison => comparison.Differences.Count);

    /// <summary>How many steps could be done with neither.</summary>
    public int NotPossible => Cases.Sum(comparison => comparison.NotPossible.Count);

    /// <summary>Servers that have ended by themselves.</summary>
    public IEnumerable<Peer> Ended => ((Peer[])[A, B]).Where(peer => peer.End is not null);

    /// <summary>What is amiss besides differences, each in a sentence.</summary>
    public IEnumerable<string> Faults => [.. Ended.Select(Sentence), .. Error is null ? Array.Empty<string>() : [Error]];

    /// <summary>In a line.</summary>
    public string Summary => Compared + (NotPossible == 0 ? "" : $"; {Counted(NotPossible, "step")} could be done with neither") + string.Concat(Ended.Select(peer => $", {peer.Name} ended")) + (NotCompared.Count == 0 ? "" : $", {NotCompared.Count} not compared");

    private string Compared => Cases.All(comparison => comparison.IsSame)
        ? $"{Counted(Cases.Count, "case")}{(Cases.Count == 0 ? "" : ": same")}"
        : $"{Counted(Cases.Count, "case")}: {Cases.Count(comparison => comparison.IsSame)} same, {Cases.Count(comparison => !comparison.IsSame)} different, {Counted(Differences, "difference")}";

    /// <summary>How a server has ended by itself, with its last words.</summary>
    public static string Sentence(Peer ended) =>
        $"{ended.Name} {ended.End!.Words} ({ended.End.When}): {ended.Source.Text}{(ended.End.Said.Count == 0 ? "" : $"\nIt said:\n{string.Join('\n', ended.End.Said)}")}";

    /// <summary>What differs, in a word or two: the event's name, and which of its facts.</summary>
    public static string What(Difference difference) => difference.Details.Count == 0 ? difference.What : $"{difference.What} ({string.Join(", ", difference.Details)})";

    /// <summary>A number with its noun.</summary>
    public static string Counted(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    public void WriteTable()
    {
        Table table = new Table().AddColumns("case", "step", "what", "a", "b");
        foreach (Comparison comparison in Cases)
        {
            foreach (int step in comparison.NotPossible)
            {
                table.AddRow(Markup.Escape(comparison.Case.Name), Markup.Escape($"{step}: {comparison.WordsOf(step)}"), "[yellow]done with neither[/]", Side(comparison.A.Outcomes[step - 1]), Side(comparison.B.Outcomes[step - 1]));
            }

            if (comparison.IsSame) table.AddRow(Markup.Escape(comparison.Case.Name), "", "[green]same[/]", "", "");
            foreach (Difference difference in comparison.Differences)
            {
                table.AddRow(Markup.Escape(comparison.Case.Name), Markup.Escape($"{difference.Step}: {comparison.WordsOf(difference.Step)}"), $"[red]{Markup.Escape(What(difference))}[/]", Side(difference.A), Side(difference.B));
            }
        }

        foreach (ScriptCase script in NotCompared) table.AddRow(Markup.Escape(script.Name), "", "[yellow]not compared[/]", "", "");
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = WidthOfFiles;
        AnsiConsole.MarkupLineInterpolated($"a: {A.Source.Text}");
        AnsiConsole.MarkupLineInterpolated($"b: {B.Source.Text}");
        AnsiConsole.Write(table);
        Console.WriteLine(Summary);
    }

    private static string Side(string? words) => words is null ? "[grey]-[/]" : Markup.Escape(words);
}
