using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.Cli.TraceView;

/// <summary>Makes the one file that shows a trace: page, style, script and data, with a policy that lets it load nothing else and run no other script.</summary>
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
        string style = Resource("page.css");
        string script = $"(() => {{\n\"use strict\";\n{string.Concat(s_scripts.Select(Resource))}}})();\n";
        var page = new StringBuilder(Resource("page.html"));
        page.Replace("{{policy}}", $"default-src 'none'; script-src '{HashOf(script)}'; style-src '{HashOf(style)}'; base-uri 'none'; form-action 'none'");
        page.Replace("{{title}}", WebUtility.HtmlEncode(title));
        page.Replace("{{style}}", style);
        page.Replace("{{script}}", script);

        // Last: whatever the trace says is not looked at again.
        page.Replace("{{data}}", TraceData.Write(title, connections));
        return page.ToString();
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"TraceView.{name}") ?? throw new InvalidOperationException($"the program lacks its part {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
