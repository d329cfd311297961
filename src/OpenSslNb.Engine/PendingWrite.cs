namespace OpenSslNb.Engine;

/// <summary>
/// A write that has been given to OpenSSL or is the next to be. Its memory is pinned and owned by the queue; pointer, length and bytes are frozen from the first attempt
/// until OpenSSL has taken it. There is no other way to call <c>SSL_write</c>, so a retry with other arguments cannot be written down.
/// </summary>
/// <remarks>OpenSSL itself notices a moved pointer ("bad write retry") but not a changed length: <c>SSL_write(3)</c>, WARNINGS.</remarks>
internal readonly struct PendingWrite
{
    private readonly OutboundChunk _chunk;
    private readonly int _offset;

    internal PendingWrite(OutboundChunk chunk, int offset, int length)
    {
        _chunk = chunk;
        _offset = offset;
        Length = length;
    }

    /// <summary>Bytes in this write: 1 to <see cref="OutboundChunk.Capacity"/>, so that it makes one record.</summary>
    public int Length { get; }

    /// <summary>The frozen bytes, in pinned memory.</summary>
    public ReadOnlySpan<byte> Bytes => _chunk.Memory.AsSpan(_offset, Length);
}
