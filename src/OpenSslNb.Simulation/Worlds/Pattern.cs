namespace OpenSslNb.Simulation;

/// <summary>What each side sends: bytes that say whose they are and where they stand, so that one that is lost, doubled, moved or of another connection is noticed.</summary>
internal static class Pattern
{
    // A prime, so that no record boundary falls on a boundary of the pattern for long.
    private const int Period = 65_521;
    private static readonly byte[] s_bytes = Create();

    /// <summary>Bytes of the stream from a position on; at most so many, at least one.</summary>
    public static ReadOnlySpan<byte> At(int connection, Side side, long position, int most)
    {
        int start = (int)((position + (((connection * 2) + (int)side) * 7919L)) % Period);
        return s_bytes.AsSpan(start, Math.Min(most, Period - start));
    }

    /// <summary>A copy of a part of the stream.</summary>
    public static byte[] Copy(int connection, Side side, long position, int length)
    {
        var copy = new byte[length];
        for (int filled = 0; filled < length;)
        {
            ReadOnlySpan<byte> part = At(connection, side, position + filled, length - filled);
            part.CopyTo(copy.AsSpan(filled));
            filled += part.Length;
        }

        return copy;
    }

    private static byte[] Create()
    {
        var bytes = new byte[Period];
        new Randomness(1).Fill(bytes);
        return bytes;
    }
}
