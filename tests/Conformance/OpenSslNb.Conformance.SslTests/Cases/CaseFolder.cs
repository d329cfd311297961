namespace OpenSslNb.Conformance.SslTests.Cases;

/// <summary>The cases of a version, as <c>native/openssl/fetch.sh tests VERSION</c> gets them.</summary>
internal static class CaseFolder
{
    /// <summary>All cases, by file in order.</summary>
    /// <exception cref="FormatException">There are none, or a file is something else.</exception>
    public static IEnumerable<SslTestCase> Read(string folder)
    {
        string files = Path.Combine(folder, "ssl-tests");
        if (!Directory.Exists(files)) throw new FormatException($"{folder} has no ssl-tests in it: native/openssl/fetch.sh tests VERSION gets them");
        var environment = new Dictionary<string, string> { ["TEST_CERTS_DIR"] = Path.GetFullPath(Path.Combine(folder, "certs")) };
        return Directory.EnumerateFiles(files)
            .Where(path => Path.GetExtension(path) is ".cnf" or ".conf")
            .Order(StringComparer.Ordinal)
            .SelectMany(path => CaseReader.Read(CnfFile.Parse(Path.GetFileName(path), File.ReadAllText(path), environment)));
    }

    /// <summary>Of which version they are, as far as the folder says.</summary>
    public static string VersionOf(string folder)
    {
        string path = Path.Combine(folder, "version");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : Path.GetFileName(Path.GetFullPath(folder));
    }
}
