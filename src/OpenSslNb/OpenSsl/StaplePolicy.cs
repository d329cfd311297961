namespace OpenSslNb;

/// <summary>What a client makes of the status that a server sends with its certificate (OCSP stapling, RFC 6066 §8, RFC 6960).</summary>
public enum StaplePolicy
{
    /// <summary>Does not ask for it.</summary>
    Ignore = 0,

    /// <summary>Asks for it, and refuses the server if what comes is not good: signed by someone else, too old, or of a certificate that is revoked. None is no fault: whoever has stolen a key simply sends none.</summary>
    CheckIfSent,

    /// <summary>Refuses a server that sends none, too. Resumed sessions are exempt: they were checked when they began.</summary>
    Require,
}
