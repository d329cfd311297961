namespace OpenSslNb.Benchmarks;

/// <summary>The endless byte stream that both ends know: byte i is <c>P[i mod 65521]</c>.</summary>
internal static class BenchmarkPattern
{
    /// <summary>The longest slice that can be had at once, in bytes.</summary>
    public const int LongestSlice = 64 * 1024;

    private const int Period = 65521;

    // One period, and as much again as the longest slice that begins at its last byte.
    private static readonly byte[] s_bytes = Create();

    /// <summary>Bytes of the stream from <paramref name="position"/> on, in memory that never changes.</summary>
    public static ReadOnlyMemory<byte> Slice(long position, int length) => s_bytes.AsMemory((int)(position % Period), length);

    /// <summary>The next block of a stream of <paramref name="total"/> bytes; empty at its end.</summary>
    public static ReadOnlyMemory<byte> NextBlock(long position, long total, int longest = LongestSlice) => Slice(position, (int)Math.Min(total - position, longest));

    /// <summary>True when these are the bytes of the stream from <paramref name="position"/> on.</summary>
    public static bool Matches(ReadOnlySpan<byte> data, long position)
    {
        while (data.Length > LongestSlice)
        {
            if (!Matches(data[..LongestSlice], position)) return false;
            data = data[LongestSlice..];
            position += LongestSlice;
        }

        return data.SequenceEqual(Slice(position, data.Length).Span);
    }

    private static byte[] Create()
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Period + LongestSlice, pinned: true);
        uint state = 1;
        for (int i = 0; i < Period; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            bytes[i] = (byte)(state >> 24);
        }

        for (int i = Period; i < bytes.Length; i++) bytes[i] = bytes[i - Period];
        return bytes;
    }
}
