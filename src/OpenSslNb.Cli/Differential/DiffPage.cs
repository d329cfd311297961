using System.Globalization;
using System.Net;
using System.Text;
using OpenSslNb.Cli.TraceView;
using OpenSslNb.Simulation.Differential;

namespace OpenSslNb.Cli.Differential;

/// <summary>The comparison as one HTML file, side by side, in the look of the trace's page.</summary>
internal static class DiffPage
{
    public static byte[] Of(DiffReport report)
    {
        var html = new StringBuilder();
        html.Append("<nav aria-label=\"Cases\">\n<input id=\"find\" type=\"search\" placeholder=\"Find a case\" aria-label=\"Find a case\" autocomplete=\"off\" spellcheck=\"false\">\n<ul id=\"cases\">\n");
        foreach ((int index, Comparison comparison) in report.Cases.Index())
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#case-{index + 1}\"><span class=\"row\"><b>{Text(comparison.Case.Name)}</b><span class=\"end\"></span>{Pill(comparison)}</span></a></li>\n");
        }

        foreach (ScriptCase script in report.NotCompared) html.Append(CultureInfo.InvariantCulture, $"<li class=\"row missing\"><b>{Text(script.Name)}</b><span class=\"end\"></span><span class=\"pill\">not compared</span></li>\n");
        html.Append("</ul>\n</nav>\n<main>\n");
        html.Append(CultureInfo.InvariantCulture, $"<dl id=\"peers\"><dt>a</dt><dd>{Text(report.A.Source.Text)}</dd><dt>b</dt><dd>{Text(report.B.Source.Text)}</dd><dt>script</dt><dd>{Text(report.Script)}{(report.IsStrict ? ", strict" : "")}</dd></dl>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p id=\"outcome\">{Text(report.Summary)}</p>\n");
        foreach (string fault in report.Faults) html.Append(CultureInfo.InvariantCulture, $"<pre class=\"fault\">{Text(fault)}</pre>\n");
        foreach ((int index, Comparison comparison) in report.Cases.Index()) AppendCase(html, index + 1, comparison);
        html.Append("</main>\n");
        string title = $"{Path.GetFileName(report.Script)}: {report.Summary}";
        string page = SelfContainedPage.Create("Differential.diff.html", ["TraceView.page.css", "Differential.diff.css"], ["Differential.diff.js"], title, html.ToString());
        return Encoding.UTF8.GetBytes(page);
    }

    private static void AppendCase(StringBuilder html, int number, Comparison comparison)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"case{(comparison.IsSame && comparison.NotPossible.Count == 0 ? " same" : "")}\" id=\"case-{number}\">\n<h2>{Text(comparison.Case.Name)} {Pill(comparison)}</h2>\n");
        if (!comparison.IsSame)
        {
            html.Append("<ul class=\"differences\">\n");
            foreach (Difference difference in comparison.Differences)
            {
                html.Append(CultureInfo.InvariantCulture, $"<li><span class=\"small\">step {difference.Step}</span> <b>{Text(DiffReport.What(difference))}</b> a: {Side(difference.A)} b: {Side(difference.B)}</li>\n");
            }

            html.Append("</ul>\n");
        }

        html.Append("<table>\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead>\n<tbody>\n");
        int step = 0;
        foreach (EventPair pair in comparison.Pairs)
        {
            while (step < pair.Either.Step) AppendStep(html, comparison, ++step);
            AppendPair(html, pair);
        }

        while (step < comparison.Case.Steps.Count) AppendStep(html, comparison, ++step);
        html.Append("</tbody>\n</table>\n</section>\n");
    }

    private static void AppendStep(StringBuilder html, Comparison comparison, int step)
    {
        html.Append(CultureInfo.InvariantCulture, $"<tr class=\"step\"><th colspan=\"2\" scope=\"rowgroup\">{(step <= comparison.Case.Steps.Count ? $"{step} " : "")}{Text(comparison.WordsOf(step))}</th></tr>\n");
        if (step > comparison.Case.Steps.Count) return;
        (string a, string b) = (comparison.A.Outcomes[step - 1], comparison.B.Outcomes[step - 1]);
        html.Append(CultureInfo.InvariantCulture, $"<tr class=\"outcome{(a == b ? "" : " differs")}{(comparison.NotPossible.Contains(step) ? " impossible" : "")}\"><td>{Text(a)}</td><td>{Text(b)}</td></tr>\n");
    }

    private static void AppendPair(StringBuilder html, EventPair pair) =>
        html.Append(CultureInfo.InvariantCulture, $"<tr class=\"event-{pair.Either.Kind.ToString().ToLowerInvariant()}{(pair.IsSame ? "" : " differs")}\">{Cell(pair.A, pair.Details)}{Cell(pair.B, pair.Details)}</tr>\n");

    private static string Cell(PeerEvent? one, IReadOnlyList<string> differing)
    {
        if (one is null) return "<td class=\"nothing\">nothing</td>";
        IEnumerable<string> facts = one.Facts.Select(fact => Said(fact, differing, "")).Concat(one.Notes.Select(fact => Said(fact, differing, " class=\"note\"")));
        return $"<td><b>{Text(one.Name)}</b> {string.Join(' ', facts)}</td>";
    }

    private static string Said(Fact fact, IReadOnlyList<string> differing, string attributes) =>
        $"<span{attributes}>{Text(fact.Name)} {(differing.Contains(fact.Name) ? $"<mark>{Text(fact.Value)}</mark>" : Text(fact.Value))}</span>";

    private static string Side(string? words) => words is null ? "<span class=\"small\">nothing</span>" : $"<mark>{Text(words)}</mark>";

    private static string Pill(Comparison comparison) => comparison.NotPossible.Count == 0 ? Found(comparison) : $"{Found(comparison)} <span class=\"pill bad\">{DiffReport.Counted(comparison.NotPossible.Count, "step")} done with neither</span>";

    private static string Found(Comparison comparison) => comparison.IsSame ? "<span class=\"pill good\">same</span>" : $"<span class=\"pill bad\">{DiffReport.Counted(comparison.Differences.Count, "difference")}</span>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
