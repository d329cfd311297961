using System.Globalization;
using OpenSslNb.Simulation.Differential;
using Spectre.Console;

namespace OpenSslNb.Cli.Differential;

/// <summary>What came of all cases.</summary>
internal sealed record DiffReport(Peer A, Peer B, string Script, bool IsStrict, IReadOnlyList<Comparison> Cases)
{
    // In a file or a pipe there is no width to keep to.
    private const int WidthOfFiles = 200;

    public bool IsSame => Cases.All(comparison => comparison.IsSame);

    public int Differences => Cases.Sum(comparison => comparison.Differences.Count);

    /// <summary>How many steps could be done with neither.</summary>
    public int NotPossible => Cases.Sum(comparison => comparison.NotPossible.Count);

    /// <summary>In a line.</summary>
    public string Summary => NotPossible == 0 ? Found : $"{Found}; {Counted(NotPossible, "step")} could be done with neither";

    private string Found => IsSame
        ? $"{Counted(Cases.Count, "case")}: same"
        : $"{Counted(Cases.Count, "case")}: {Cases.Count(comparison => comparison.IsSame)} same, {Cases.Count(comparison => !comparison.IsSame)} different, {Counted(Differences, "difference")}";

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

        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = WidthOfFiles;
        AnsiConsole.MarkupLineInterpolated($"a: {A.Source.Text}");
        AnsiConsole.MarkupLineInterpolated($"b: {B.Source.Text}");
        AnsiConsole.Write(table);
        Console.WriteLine(Summary);
    }

    private static string Side(string? words) => words is null ? "[grey]-[/]" : Markup.Escape(words);
}
