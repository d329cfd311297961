namespace OpenSslNb.Engine;

/// <summary>Bytes that are fetched straight into the queue's memory.</summary>
internal interface IOutboundSource
{
    /// <summary>Fills some of the span, which is not empty.</summary>
    /// <returns>How many bytes; 0 when there are no more.</returns>
    int Read(Span<byte> destination);
}
