namespace OpenSslNb.ProxyProtocol;

/// <summary>Reads one PROXY header from bytes that come in any portions, and takes not a byte more than is the header's.</summary>
/// <remarks>What cannot become a header is refused at its first wrong byte. What is kept never exceeds <see cref="ProxyHeader.MaximumLength"/>, and grows only as bytes come, whatever length they announce.</remarks>
internal sealed class ProxyHeaderReader
{
    /// <summary>The longest line of version 1, with its end (proxy-protocol.txt §2.1).</summary>
    private const int LongestLine = 107;

    private byte[] _bytes = new byte[LongestLine + 1];
    private int _count;

    /// <summary>The header; null until its last byte was taken.</summary>
    public ProxyHeader? Header { get; private set; }

    /// <summary>Takes what is the header's, oldest first.</summary>
    /// <returns>How many bytes that was: all of them, unless the header ends among them.</returns>
    /// <exception cref="ProxyHeaderException">This is no header. The reader is not to be used again.</exception>
    public int Take(ReadOnlySpan<byte> next)
    {
        int taken = 0;
        while (Header is null && taken < next.Length)
        {
            int count = Math.Min(CertainCount(), next.Length - taken);
            Append(next.Slice(taken, count));
            taken += count;
            Look();
        }

        return taken;
    }

    // How many more bytes are the header's for sure.
    private int CertainCount()
    {
        // Of a line, one at a time: any byte may be its last.
        if (_count < BinaryHeader.FixedLength || _bytes[0] != BinaryHeader.Signature[0]) return 1;
        return BinaryHeader.FixedLength + BinaryHeader.LengthOf(_bytes) - _count;
    }

    private void Append(ReadOnlySpan<byte> next)
    {
        if (_count + next.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_count + next.Length, Math.Min(2 * _bytes.Length, ProxyHeader.MaximumLength)));
        next.CopyTo(_bytes.AsSpan(_count));
        _count += next.Length;
    }

    private void Look()
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, _count);
        if (bytes[0] == BinaryHeader.Signature[0])
        {
            if (BinaryHeader.IsComplete(bytes)) Header = BinaryHeader.Parse(_bytes.AsMemory(0, _count));
            return;
        }

        ReadOnlySpan<byte> begin = TextHeader.Begin;
        int compared = Math.Min(bytes.Length, begin.Length);
        if (!bytes[..compared].SequenceEqual(begin[..compared])) throw new ProxyHeaderException(bytes[0] == 0x16 ? "TLS begins without one" : "it begins like neither version");
        if (bytes.EndsWith("\r\n"u8)) Header = TextHeader.Parse(bytes[..^2]);
        else if (bytes.Length >= LongestLine) throw new ProxyHeaderException($"the line does not end within {LongestLine} bytes");
    }
}
