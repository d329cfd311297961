namespace OpenSslNb.Metrics;

/// <summary>The sum of a loop's measured turns, the one that is on included. Written by the loop's thread, read from any.</summary>
/// <param name="clock">Its timestamps are the unit.</param>
internal sealed class BusyTime(TimeProvider clock)
{
    // A turn may begin and end while the clock is read; that it happens so often in a row is as good as impossible.
    private const int MostTries = 16;

    private readonly Lock _reading = new();

    // Guarded by _reading. A turn is over a moment before the word says so; what was told for that moment is not taken back.
    private long _told;

    // One word, so that no reader sees half of a change. Between turns: twice the sum. During one: twice (the sum less its beginning), plus 1.
    private long _word;

    /// <summary>A turn begins.</summary>
    public void Begin(long now) => Volatile.Write(ref _word, ((Volatile.Read(ref _word) >> 1) - now) << 1 | 1);

    /// <summary>It ends.</summary>
    public void End(long now) => Volatile.Write(ref _word, ((Volatile.Read(ref _word) >> 1) + now) << 1);

    /// <summary>The sum up to now; never less than what was read before.</summary>
    /// <param name="now">When that was.</param>
    public long Read(out long now)
    {
        lock (_reading)
        {
            long sum = Sum(out now);
            return _told = Math.Max(_told, sum);
        }
    }

    private long Sum(out long now)
    {
        long word = Volatile.Read(ref _word);
        now = clock.GetTimestamp();
        for (int i = 0; i < MostTries; i++)
        {
            long after = Volatile.Read(ref _word);
            if (after == word) break;
            word = after;
            now = clock.GetTimestamp();
        }

        return (word & 1) == 0 ? word >> 1 : (word >> 1) + now;
    }
}
