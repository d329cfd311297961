namespace OpenSslNb.Engine;

/// <summary>A block of pinned memory that holds outbound plaintext. Bytes are appended at the end and never moved.</summary>
internal sealed class OutboundChunk
{
    /// <summary>The largest plaintext of one TLS record, 2^14 bytes (RFC 8446 §5.1).</summary>
    public const int Capacity = 16 * 1024;

    /// <summary>Pinned for its whole life: OpenSSL compares the pointer of a retry.</summary>
    public byte[] Memory { get; } = GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);

    /// <summary>First byte that OpenSSL has not yet taken.</summary>
    public int Start { get; set; }

    /// <summary>One past the last byte appended.</summary>
    public int End { get; set; }

    /// <summary>The chunk behind this one.</summary>
    public OutboundChunk? Next { get; set; }

    /// <summary>Bytes waiting in this chunk.</summary>
    public int Length => End - Start;
}
