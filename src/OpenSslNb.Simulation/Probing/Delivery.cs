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

    internal IReadOnlyList<int> Sizes { get; private init; } = [];

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

    /// <summary>Cut at exact places of our stream, counted from here on: pieces of these sizes one after the other, and what follows them at once.</summary>
    /// <param name="sizes">Bytes of each piece, at least 1. What is sent in between does not begin a new piece.</param>
    public static Delivery InSizes(params int[] sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        foreach (int size in sizes) ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(sizes));
        return new($"in pieces of {string.Join(", ", sizes)} and the rest at once") { Sizes = sizes };
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

    /// <summary>The most that goes at once from this place of the stream on.</summary>
    internal int PieceAt(int position)
    {
        foreach (int size in Sizes)
        {
            if (position < size) return size - position;
            position -= size;
        }

        return Piece;
    }
}
