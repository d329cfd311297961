namespace OpenSslNb;

/// <summary>A number of connections that several listeners may have together, whatever loops they are on. Exact; may be used from any thread.</summary>
/// <remarks>Touched when a connection begins and when it ends, and by nothing in between.</remarks>
public sealed class TlsConnectionLimit
{
    private int _count;

    /// <summary>Makes a limit.</summary>
    /// <param name="maximum">Most connections at a time; at least 1.</param>
    public TlsConnectionLimit(int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        Maximum = maximum;
    }

    /// <summary>Most connections at a time.</summary>
    public int Maximum { get; }

    /// <summary>Connections that there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place. Never counts what it does not give: a place that another thread gives back meanwhile must be found.</summary>
    internal bool TryTake()
    {
        int count = Count;
        while (count < Maximum)
        {
            int seen = Interlocked.CompareExchange(ref _count, count + 1, count);
            if (seen == count) return true;
            count = seen;
        }

        return false;
    }

    internal void Release() => Interlocked.Decrement(ref _count);
}
