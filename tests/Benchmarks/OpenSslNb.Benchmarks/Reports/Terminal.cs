using Spectre.Console;

namespace OpenSslNb.Benchmarks.Reports;

/// <summary>Tables for the terminal.</summary>
internal static class Terminal
{
    // Wide enough for every column when the output is a file.
    private const int FileWidth = 220;

    public static void Print(ReportTable table)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected) console.Profile.Width = FileWidth;
        var view = new Table { Title = new TableTitle(Markup.Escape(table.Title)), Border = TableBorder.Simple };
        for (int i = 0; i < table.Heads.Count; i++) view.AddColumn(new TableColumn(Markup.Escape(table.Heads[i])) { Alignment = i == 0 ? Justify.Left : Justify.Right });
        foreach (IReadOnlyList<string> row in table.Rows) view.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(view);
    }
}
