namespace OpenSslNb.Cli;

/// <summary>Pre-shared keys from a file: lines of <c>IDENTITY:HEXADECIMAL</c>, as GnuTLS's <c>psktool(1)</c> writes them; empty lines and those that begin with # say nothing.</summary>
internal static class PreSharedKeyFile
{
    /// <exception cref="IOException">It cannot be read, or others may read it.</exception>
    /// <exception cref="FormatException">A line is something else.</exception>
    public static IReadOnlyDictionary<string, TlsPreSharedKey> Load(string path)
    {
        using StreamReader reader = new(SecretFile.Open(path, "pre-shared keys"));
        var keys = new Dictionary<string, TlsPreSharedKey>(StringComparer.Ordinal);
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            TlsPreSharedKey key = Parse(line, path, number);
            if (!keys.TryAdd(key.Identity, key)) throw new FormatException($"{path}, line {number}: the identity '{key.Identity}' is there twice");
        }

        return keys;
    }

    // An identity may have a colon, a key has none. The line itself is a secret, and not repeated.
    private static TlsPreSharedKey Parse(string line, string path, int number)
    {
        int colon = line.LastIndexOf(':');
        if (colon < 0) throw new FormatException($"{path}, line {number}: expected IDENTITY:HEXADECIMAL");
        try
        {
            return new TlsPreSharedKey(line[..colon], Convert.FromHexString(line.AsSpan(colon + 1).Trim()));
        }
        catch (FormatException)
        {
            throw new FormatException($"{path}, line {number}: what stands behind the last colon is not hexadecimal");
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{path}, line {number}: {e.Message}");
        }
    }
}
