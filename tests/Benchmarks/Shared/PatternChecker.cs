namespace OpenSslNb.Benchmarks;

/// <summary>Compares so many bytes with the pattern.</summary>
internal struct PatternChecker(long total)
{
    private long _received;

    public readonly long Total => total;

    public readonly bool IsDone => _received == total;

    /// <summary>Takes what belongs to this stream from the front of the data.</summary>
    /// <returns>False when a byte is wrong.</returns>
    public bool Check(ref ReadOnlySpan<byte> data)
    {
        int count = (int)Math.Min(total - _received, data.Length);
        bool isRight = BenchmarkPattern.Matches(data[..count], _received);
        _received += count;
        data = data[count..];
        return isRight;
    }
}
