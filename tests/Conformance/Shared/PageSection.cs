namespace OpenSslNb.Conformance;

/// <summary>A part of a page that a program writes, between two comments that name it; people write the rest.</summary>
internal static class PageSection
{
    /// <returns>The page with the section's new text.</returns>
    /// <exception cref="FormatException">The page has no such section.</exception>
    public static string Replace(string page, string name, string text)
    {
        (string begin, string end) = ($"<!-- begin {name} -->\n", $"<!-- end {name} -->");
        int from = page.IndexOf(begin, StringComparison.Ordinal);
        int to = from < 0 ? -1 : page.IndexOf(end, from, StringComparison.Ordinal);
        if (to < 0) throw new FormatException($"the page has no section between '{begin.TrimEnd()}' and '{end}'");
        return string.Concat(page.AsSpan(0, from + begin.Length), text, page.AsSpan(to));
    }

    public static void ReplaceIn(string file, string name, string text) => File.WriteAllText(file, Replace(File.ReadAllText(file), name, text));
}
