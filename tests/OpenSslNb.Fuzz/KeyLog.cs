namespace OpenSslNb.Fuzz;

/// <summary>The secrets of the connection that runs now, from the server's key log. One connection at a time.</summary>
internal static class KeyLog
{
    private static readonly Dictionary<string, (byte[] ClientRandom, byte[] Secret)> s_lines = [];

    public static void Clear() => s_lines.Clear();

    /// <summary>A line in NSS key log format. The first one of a label counts: a renegotiation logs new secrets that no forged record uses.</summary>
    public static void Add(string line)
    {
        string[] words = line.Split(' ');
        if (words.Length == 3) s_lines.TryAdd(words[0], (Convert.FromHexString(words[1]), Convert.FromHexString(words[2])));
    }

    public static bool TryGet(string label, out byte[] clientRandom, out byte[] secret)
    {
        bool isKnown = s_lines.TryGetValue(label, out (byte[] ClientRandom, byte[] Secret) line);
        (clientRandom, secret) = line;
        return isKnown;
    }
}
