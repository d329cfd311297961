namespace OpenSslNb.Benchmarks.Reports;

/// <summary>A table without a medium: for the terminal and for Markdown alike.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Heads">One a column.</param>
/// <param name="Rows">Cells of text.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows);
