using System.Buffers.Binary;

namespace OpenSslNb.Benchmarks;

/// <summary>Puts together counts of 8 bytes, big-endian, however they are cut.</summary>
internal struct CountReader
{
    private ulong _value;
    private int _filled;

    /// <summary>Takes bytes from the front of <paramref name="data"/>.</summary>
    /// <returns>False when the count is not complete yet; all of the data is taken then.</returns>
    /// <exception cref="InvalidDataException">Nobody can mean so many.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> data, out long count)
    {
        if (_filled == 0 && data.Length >= sizeof(ulong))
        {
            _value = BinaryPrimitives.ReadUInt64BigEndian(data);
            _filled = sizeof(ulong);
            data = data[sizeof(ulong)..];
        }

        while (_filled < sizeof(ulong) && !data.IsEmpty)
        {
            _value = (_value << 8) | data[0];
            _filled++;
            data = data[1..];
        }

        count = 0;
        if (_filled < sizeof(ulong)) return false;
        if (_value > long.MaxValue) throw new InvalidDataException($"the peer sent a count of {_value}");
        count = (long)_value;
        _value = 0;
        _filled = 0;
        return true;
    }
}
