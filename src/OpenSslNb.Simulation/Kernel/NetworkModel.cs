namespace OpenSslNb.Simulation;

/// <summary>How much of what has arrived is handed over at a time.</summary>
internal enum Segmentation
{
    /// <summary>All of it.</summary>
    Whole = 0,

    /// <summary>As much as the seed says, at least one byte.</summary>
    Random,

    /// <summary>One byte.</summary>
    OneByte,
}

/// <summary>What one direction of a simulated network is like.</summary>
/// <remarks>Setters and not initializers: the generated reader of JSON would set what a file leaves out to zero.</remarks>
internal sealed record NetworkModel
{
    /// <summary>Bytes between the sender's <c>send</c> and the receiver's <c>recv</c> at most: both kernel buffers and the wire.</summary>
    public int Capacity { get; set; } = 256 * 1024;

    /// <summary>How long a byte is under way, in microseconds.</summary>
    public int Latency { get; set; }

    /// <summary>How what has arrived is handed over.</summary>
    public Segmentation Segmentation { get; set; }

    /// <summary>One in so many sends is cut short; 0 for none.</summary>
    public int ShortWriteOneIn { get; set; }

    /// <summary>One in so many sends and receives finds "not now" though it could go on; 0 for none.</summary>
    public int WouldBlockOneIn { get; set; }

    /// <summary>One in so many system calls is interrupted by a signal; 0 for none.</summary>
    public int InterruptedOneIn { get; set; }

    /// <summary>One in so many sends finds the kernel short of memory; 0 for none.</summary>
    public int NoBuffersOneIn { get; set; }
}

/// <summary>What happens to a direction at a certain byte.</summary>
internal enum ByteFaultKind
{
    /// <summary>The sender finds no room at this byte, once.</summary>
    Block = 0,

    /// <summary>The stream ends before this byte.</summary>
    Fin,

    /// <summary>The connection is reset before this byte.</summary>
    Reset,

    /// <summary>A bit of this byte is inverted.</summary>
    Flip,
}

/// <summary>A fault of one direction of one connection.</summary>
/// <param name="At">Position in the stream of ciphertext, from 0.</param>
/// <param name="Kind">What happens there.</param>
/// <param name="Bit">Which bit is inverted, 0 to 7; for <see cref="ByteFaultKind.Flip"/> alone.</param>
internal sealed record ByteFault(long At, ByteFaultKind Kind, int Bit = 0);

/// <summary>The n-th call of a function of the C library fails.</summary>
/// <param name="Call">The function's name.</param>
/// <param name="Index">Which of its calls in this world, from 0.</param>
/// <param name="Errno">With what.</param>
internal sealed record SystemCallFault(string Call, int Index, int Errno);
