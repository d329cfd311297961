using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>What a server of any maker owes to the OpenSSL beneath it: docs/probing.md.</summary>
internal static partial class OpenSslFindings
{
    /// <summary>The findings of a version.</summary>
    /// <param name="words">Something that names it: <c>OpenSSL 3.0.22 25 Aug 2026</c>, or the number alone.</param>
    public static string[] Of(string words)
    {
        Match found = Number().Match(words);
        var version = new Version(int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture), int.Parse(found.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        return
        [
            .. version < new Version(4, 0) ? ["version-ssl3-refused"] : (string[])[],
            .. version < new Version(3, 5) ? ["cipher-empty", "change-cipher-spec-wrong"] : (string[])[],
        ];
    }

    [GeneratedRegex(@"([0-9]+)\.([0-9]+)\.[0-9]+")]
    private static partial Regex Number();
}
