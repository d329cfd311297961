using System.IO.Enumeration;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Probing;

/// <summary>A word of <c>--only</c>: part of a probe's name or area, with <c>*</c> for anything.</summary>
internal sealed class ProbePattern(string pattern)
{
    public bool Matches(Probe probe) => Contains(probe.Name) || Contains(probe.Area);

    private bool Contains(string text) => FileSystemName.MatchesSimpleExpression($"*{pattern}*", text, ignoreCase: true);
}
