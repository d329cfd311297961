using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.Cli.TraceView;

/// <summary>One HTML file of a page, its style and its script, which are parts of the program, with a policy that lets it load nothing else and run no other script.</summary>
internal static class SelfContainedPage
{
    /// <summary>Puts a page together.</summary>
    /// <param name="page">The page, with places for the rest.</param>
    /// <param name="styles">Later ones win.</param>
    /// <param name="scripts">Each may use what the ones before it define.</param>
    /// <param name="title">Any text.</param>
    /// <param name="data">HTML that goes where the page says.</param>
    public static string Create(string page, IEnumerable<string> styles, IEnumerable<string> scripts, string title, string data)
    {
        string style = string.Concat(styles.Select(Resource));
        string script = $"(() => {{\n\"use strict\";\n{string.Concat(scripts.Select(Resource))}}})();\n";
        var text = new StringBuilder(Resource(page));
        text.Replace("{{policy}}", $"default-src 'none'; script-src '{HashOf(script)}'; style-src '{HashOf(style)}'; base-uri 'none'; form-action 'none'");
        text.Replace("{{title}}", WebUtility.HtmlEncode(title));
        text.Replace("{{style}}", style);
        text.Replace("{{script}}", script);

        // Last: whatever the data say is not looked at again.
        text.Replace("{{data}}", data);
        return text.ToString();
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the program lacks its part {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
