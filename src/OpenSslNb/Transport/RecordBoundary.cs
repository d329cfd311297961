namespace OpenSslNb.Transport;

/// <summary>
/// Follows a stream of TLS records (RFC 8446 §5.1: five bytes of header, the last two of them the length of what comes behind). An OpenSSL that reads ahead and is given one record at a time asks
/// once for each, where it would ask for the header first, and holds nothing of the next.
/// </summary>
/// <remarks>It decides only how much is given at a time. Bytes that are no records are given in other portions, all of them, and OpenSSL says what it thinks of them.</remarks>
internal struct RecordBoundary
{
    private const int HeaderLength = 5;
    private const int LengthOffset = 3;

    // Of the current record: header bytes that were passed, and bytes of it that the header tells and were not passed.
    private int _header;
    private int _left;

    /// <summary>How many bytes are known to belong to the current record and were not passed: the rest of its header, or of its body.</summary>
    public readonly int Wanted => _header < HeaderLength ? HeaderLength - _header : _left;

    /// <summary>True when the last byte that was passed ended a record, or none was passed.</summary>
    public readonly bool IsBetweenRecords => _header == 0;

    /// <summary>Passes bytes up to the end of the current record.</summary>
    /// <returns>How many, at least one unless there are none.</returns>
    public int PassOne(ReadOnlySpan<byte> next)
    {
        int passed = 0;
        for (; _header < HeaderLength && passed < next.Length; passed++, _header++)
        {
            if (_header >= LengthOffset) _left = (_left << 8) | next[passed];
        }

        if (_header < HeaderLength) return passed;
        int body = Math.Min(_left, next.Length - passed);
        _left -= body;
        if (_left == 0) _header = 0;
        return passed + body;
    }

    /// <summary>Passes all of it, whatever records it is made of.</summary>
    public int PassAll(ReadOnlySpan<byte> next)
    {
        for (int passed = 0; passed < next.Length;) passed += PassOne(next[passed..]);
        return next.Length;
    }
}
