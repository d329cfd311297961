namespace OpenSslNb;

/// <summary>The connection, or its sending direction, is closed.</summary>
public sealed class TlsClosedException : IOException
{
    /// <summary>Made by the engine.</summary>
    /// <param name="outcome">How the connection ended; null while only the sending direction is closed.</param>
    internal TlsClosedException(CloseOutcome? outcome)
        : base(outcome is null ? "the sending direction of the connection is closed" : $"the connection has ended: {outcome}", outcome?.Exception) => Outcome = outcome;

    /// <summary>How the connection ended; null while only the sending direction is closed.</summary>
    public CloseOutcome? Outcome { get; }
}
