namespace OpenSslNb.Benchmarks.Reports;

/// <summary>The part of a written page that a run fills: what stands between two lines of it.</summary>
internal static class DocumentSection
{
    public const string Begin = "<!-- figures -->";
    public const string End = "<!-- end of figures -->";

    /// <summary>Puts the text in place of what stands between the two lines.</summary>
    /// <exception cref="BenchmarkException">The file has no such lines; it is left as it was.</exception>
    public static void Fill(string path, string text)
    {
        string page = File.ReadAllText(path);
        Range between = Find(path, page);
        File.WriteAllText(path, $"{page[..between.Start]}\n\n{text.Trim()}\n\n{page[between.End..]}");
    }

    /// <summary>Refuses a file that cannot be filled, before anything is measured for it.</summary>
    public static void Require(string path) => _ = Find(path, File.ReadAllText(path));

    private static Range Find(string path, string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : page.IndexOf(End, begin, StringComparison.Ordinal);
        return end >= 0 ? (begin + Begin.Length)..end : throw new BenchmarkException($"--document: '{path}' must have the line '{Begin}', and '{End}' behind it");
    }
}
