namespace OpenSslNb.Engine;

/// <summary>What one connection's machine has done. Written by whoever drives it; may be read from any thread, each figure by itself exact.</summary>
/// <remarks>A mutable value, so that a connection needs no object for it.</remarks>
internal struct MachineFigures
{
    public long BytesRead;
    public long BytesWritten;
    public long RecordsRead;
    public long RecordsWritten;

    /// <summary>Attempts that ended blocked on reading, on writing, and on an answer of the application.</summary>
    public int ReadWants;
    public int WriteWants;
    public int OtherWants;

    /// <summary>Those of them where a read wanted to write or a write to read.</summary>
    public int CrossedWants;

    public void CountWant(SslOperation operation, SslWant want)
    {
        if (want == SslWant.Read) ReadWants++;
        else if (want == SslWant.Write) WriteWants++;
        else OtherWants++;
        if ((operation == SslOperation.Read && want == SslWant.Write) || (operation == SslOperation.Write && want == SslWant.Read)) CrossedWants++;
    }
}
