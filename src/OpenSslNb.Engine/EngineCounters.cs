namespace OpenSslNb.Engine;

/// <summary>What the machines of one loop have done. Written by that loop's thread alone unless noted; may be read from any thread, each figure by itself exact.</summary>
internal sealed class EngineCounters
{
    public long Handshakes;
    public long BytesRead;
    public long BytesWritten;
    public long WantRead;
    public long WantWrite;
    public long ReadWantedWrite;
    public long WriteWantedRead;
    public long IdenticalRetries;
    public long HighestQueued;

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
    public void CountWant(SslOperation operation, SslWant want)
    {
        if (want == SslWant.Read) WantRead++;
        else if (want == SslWant.Write) WantWrite++;
        if (operation == SslOperation.Read && want == SslWant.Write) ReadWantedWrite++;
        else if (operation == SslOperation.Write && want == SslWant.Read) WriteWantedRead++;
    }
}
