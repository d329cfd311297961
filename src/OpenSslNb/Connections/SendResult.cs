namespace OpenSslNb;

/// <summary>What became of a send.</summary>
public enum SendResult : byte
{
    /// <summary>The data was copied into the queue; the caller's memory is free again.</summary>
    Queued = 0,

    /// <summary>There is no room: nothing was taken. <see cref="TlsConnectionHandler.OnLowWater"/> tells when to try again.</summary>
    Full,

    /// <summary>The sending direction is closed: nothing was taken, and nothing will be.</summary>
    Closed,
}
