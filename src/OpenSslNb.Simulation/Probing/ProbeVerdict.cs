namespace OpenSslNb.Simulation.Probing;

/// <summary>What a probe makes of a peer.</summary>
public enum ProbeVerdict
{
    /// <summary>The peer does not do what was expected, or what the RFC says that it must.</summary>
    Failed = 0,

    /// <summary>The peer did what the RFC asks for.</summary>
    Passed,

    /// <summary>The peer did not do what it should, but nothing that it must not: a missing alert, most of the time.</summary>
    Tolerated,

    /// <summary>The peer does not have what the probe is about.</summary>
    NotApplicable,
}

/// <summary>What came of a probe.</summary>
/// <param name="Probe">Which.</param>
/// <param name="Verdict">What is made of it.</param>
/// <param name="Evidence">What was seen, and of a failure what was expected instead.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ProbeResult(Probe Probe, ProbeVerdict Verdict, string Evidence, TimeSpan Duration)
{
    /// <summary>Nobody listens there any more: a connect was refused. To go on makes no sense.</summary>
    public bool IsGone { get; init; }
}

/// <summary>The peer cannot be probed, or a probe cannot do what it was told; the message says why.</summary>
/// <param name="message">Why.</param>
/// <param name="inner">What it comes from, if anything.</param>
public sealed class ProbeException(string message, Exception? inner = null) : IOException(message, inner);
