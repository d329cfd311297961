namespace OpenSslNb.Cli.TraceView;

/// <summary>Makes the one file that shows a trace.</summary>
internal static class TracePage
{
    // In this order: each uses what the ones before it define.
    private static readonly string[] s_scripts = ["data.js", "view.js", "marks.js", "lanes.js", "tooltip.js", "lists.js", "main.js"];

    /// <summary>The page of a trace.</summary>
    /// <param name="title">The trace's name.</param>
    /// <param name="events">What it holds.</param>
    public static string Create(string title, IEnumerable<TraceEvent> events)
    {
        TraceConnection[] connections = [.. events.GroupBy(e => e.Connection).Select(group => new TraceConnection(group.Key, group)).OrderBy(c => c.Number)];
        return SelfContainedPage.Create("TraceView.page.html", ["TraceView.page.css"], s_scripts.Select(name => $"TraceView.{name}"), title, TraceData.Write(title, connections));
    }
}
