namespace OpenSslNb.Simulation.Probing;

/// <summary>How our bytes get to the peer: in which pieces, how fast, how far.</summary>
public sealed record Delivery
{
    private Delivery(string words) => Words = words;

    /// <summary>All there is, at once.</summary>
    public static Delivery Whole { get; } = new("at once");

    /// <summary>For the list of steps.</summary>
    public string Words { get; private init; }

    internal int Piece { get; private init; } = int.MaxValue;

    internal TimeSpan Pause { get; private init; }

    /// <summary>How many bytes of all go; the rest waits for another delivery.</summary>
    internal int Limit { get; private init; } = int.MaxValue;

    /// <summary>In pieces, each a <c>send(2)</c> of its own with Nagle's algorithm off, so mostly a TCP segment of its own too.</summary>
    /// <param name="size">Bytes of each; 1 for byte by byte.</param>
    public static Delivery InPieces(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return new($"in pieces of {size}") { Piece = size };
    }

    /// <summary>In pieces with a pause behind each.</summary>
    /// <param name="size">Bytes of each.</param>
    /// <param name="pause">The pause.</param>
    public static Delivery Slowly(int size, TimeSpan pause)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pause, TimeSpan.Zero);
        return InPieces(size) with { Words = $"in pieces of {size}, every {pause.TotalMilliseconds:0} ms", Pause = pause };
    }

    /// <summary>So many bytes and no more, until another delivery lets the rest go.</summary>
    /// <param name="count">Bytes from here on.</param>
    public static Delivery UpTo(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new($"{count} bytes and no more") { Limit = count };
    }
}
