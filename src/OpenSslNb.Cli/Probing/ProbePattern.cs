using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Probing;

/// <summary>A word of <c>--only</c>: part of a probe's name or area, with <c>*</c> for anything.</summary>
internal sealed class ProbePattern(string pattern)
{
    private readonly NamePattern _pattern = new(pattern);

    public bool Matches(Probe probe) => _pattern.IsIn(probe.Name) || _pattern.IsIn(probe.Area);
}
