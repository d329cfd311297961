namespace OpenSslNb.Engine;

/// <summary>What the machines of one loop have done. Written by that loop's thread alone unless noted; may be read from any thread, each figure by itself exact.</summary>
internal sealed class EngineCounters
{
    private const int WantBits = 3;

    // By operation and want: OpenSSL's wants are fewer than eight.
    private readonly long[] _wants = new long[4 << WantBits];

    public long Handshakes;
    public long BytesRead;
    public long BytesWritten;

    /// <summary>Calls of <c>SSL_read</c> that took a record: auto-retry is off, and each takes one.</summary>
    public long RecordsRead;

    /// <summary>Calls of <c>SSL_write</c> that made one: no write is longer than a record.</summary>
    public long RecordsWritten;
    public long IdenticalRetries;
    public long HighestQueued;

    public long WantRead => Wants(SslOperation.Handshake, SslWant.Read) + Wants(SslOperation.Read, SslWant.Read) + WriteWantedRead + Wants(SslOperation.Shutdown, SslWant.Read);

    public long WantWrite => Wants(SslOperation.Handshake, SslWant.Write) + ReadWantedWrite + Wants(SslOperation.Write, SslWant.Write) + Wants(SslOperation.Shutdown, SslWant.Write);

    public long ReadWantedWrite => Wants(SslOperation.Read, SslWant.Write);

    public long WriteWantedRead => Wants(SslOperation.Write, SslWant.Read);

    /// <summary>Attempts of an operation that ended blocked by a want.</summary>
    public long Wants(SslOperation operation, SslWant want) => Volatile.Read(ref _wants[IndexOf(operation, want)]);

    /// <summary>Notes a queue length; from any thread.</summary>
    public void RaiseHighestQueued(long queued)
    {
        long highest = Volatile.Read(ref HighestQueued);
        while (queued > highest)
        {
            long seen = Interlocked.CompareExchange(ref HighestQueued, queued, highest);
            if (seen == highest) return;
            highest = seen;
        }
    }

    /// <summary>Counts an attempt that ended blocked.</summary>
    public void CountWant(SslOperation operation, SslWant want) => _wants[IndexOf(operation, want)]++;

    private static int IndexOf(SslOperation operation, SslWant want) => ((int)operation << WantBits) | (int)want;
}
