using System.Text;

namespace OpenSslNb.Benchmarks.Reports;

/// <summary>The tables as a page of Markdown.</summary>
internal static class Markdown
{
    public static string Of(BenchmarkRun run, IEnumerable<ReportTable> tables)
    {
        MachineInfo machine = run.Machine;
        var page = new StringBuilder();
        page.AppendLine(FormattableString.Invariant($"{run.Began:yyyy-MM-dd}, {run.Minutes:0} minutes, {run.Rounds} rounds of {run.SecondsPerMeasurement:0.##} s; {machine.Processor}, {machine.Cores} cores, Linux {machine.Kernel}; {machine.Runtime}; {machine.OpenSsl}."));
        foreach (ReportTable table in tables)
        {
            page.AppendLine().Append("### ").AppendLine(table.Title).AppendLine();
            Row(page, table.Heads);
            Row(page, [.. table.Heads.Select((_, i) => i == 0 ? "---" : "---:")]);
            foreach (IReadOnlyList<string> row in table.Rows) Row(page, row);
        }

        return page.ToString();
    }

    private static void Row(StringBuilder page, IReadOnlyList<string> cells) => page.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
}
