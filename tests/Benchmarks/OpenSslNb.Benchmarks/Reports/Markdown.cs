using System.Text;

namespace OpenSslNb.Benchmarks.Reports;

/// <summary>The tables as a page of Markdown.</summary>
internal static class Markdown
{
    public static string Of(BenchmarkRun run, IEnumerable<ReportTable> tables)
    {
        MachineInfo machine = run.Machine;
        var page = new StringBuilder();
        page.AppendLine(FormattableString.Invariant($"{run.Began:yyyy-MM-dd}, {run.Minutes:0} minutes, {run.Rounds} rounds of {run.SecondsPerMeasurement:0.##} s; {machine.Processor}, {machine.Cores} cores, Linux {machine.Kernel}, TCP {machine.CongestionControl}; {machine.Runtime}; {machine.OpenSsl}."));
        if (run.Floor is { } floor)
        {
            page.AppendLine().AppendLine(FormattableString.Invariant($"OpenSSL alone, in memory: {floor.HandshakeServer:0} µs for the server's side of a full handshake, {floor.ResumedServer:0} µs of a resumed one, {floor.Encrypt:0.00} GB/s to encrypt and {floor.Decrypt:0.00} GB/s to decrypt records."));
        }

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
