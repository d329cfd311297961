using System.IO.Enumeration;

namespace OpenSslNb.Cli.Probing;

/// <summary>A word of <c>--only</c>: part of a name, with <c>*</c> for anything.</summary>
internal sealed class NamePattern(string text)
{
    public string Text => text;

    public bool IsIn(string name) => FileSystemName.MatchesSimpleExpression($"*{text}*", name, ignoreCase: true);
}
