using OpenSslNb.Connections;

namespace OpenSslNb;

/// <summary>What the connections of one loop have done since it began, those that have ended included. Counted without a lock: each figure is exact, the set is not one moment's.</summary>
/// <param name="Handshakes">Initial handshakes that were completed.</param>
/// <param name="BytesRead">Plaintext bytes received.</param>
/// <param name="BytesWritten">Plaintext bytes that OpenSSL has taken to be sent.</param>
/// <param name="WantRead">Attempts that ended with WANT_READ.</param>
/// <param name="WantWrite">Attempts that ended with WANT_WRITE.</param>
/// <param name="ReadWantedWrite">Crossed: reads among them that had to write first.</param>
/// <param name="WriteWantedRead">Crossed: writes among them that had to read first.</param>
/// <param name="IdenticalRetries">Writes attempted again, with the same pointer and length.</param>
/// <param name="HighestQueued">Most plaintext bytes that were queued on one connection at a time.</param>
public readonly record struct TlsCounters(
    long Handshakes, long BytesRead, long BytesWritten, long WantRead, long WantWrite, long ReadWantedWrite, long WriteWantedRead, long IdenticalRetries, long HighestQueued)
{
    /// <summary>The figures of a loop now. From any thread.</summary>
    /// <param name="loop">The loop, stopped or not.</param>
    public static TlsCounters Of(EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Engine.EngineCounters counters = loop.Figures.Engine;
        return new TlsCounters(
            counters.Handshakes,
            counters.BytesRead,
            counters.BytesWritten,
            counters.WantRead,
            counters.WantWrite,
            counters.ReadWantedWrite,
            counters.WriteWantedRead,
            counters.IdenticalRetries,
            counters.HighestQueued);
    }
}
