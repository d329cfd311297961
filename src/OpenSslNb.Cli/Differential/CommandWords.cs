using System.Text;

namespace OpenSslNb.Cli.Differential;

/// <summary>Splits a command line into words as a shell does, and does nothing else that a shell does: quotes, and backslashes outside of single ones.</summary>
internal static class CommandWords
{
    /// <summary>The words.</summary>
    /// <exception cref="FormatException">A quote has no end.</exception>
    public static string[] Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isWord = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                word.Clear();
                isWord = false;
                continue;
            }

            isWord = true;
            if (c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"') quote = c;
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length && (quote == '\0' || line[i + 1] is '"' or '\\')) word.Append(line[++i]);
            else word.Append(c);
        }

        if (quote != '\0') throw new FormatException($"a quote {quote} has no end");
        if (isWord) words.Add(word.ToString());
        return [.. words];
    }
}
