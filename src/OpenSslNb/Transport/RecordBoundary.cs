namespace OpenSslNb.Transport;

/// <summary>
/// Follows a stream of TLS records (RFC 8446 §5.1: five bytes of header, the last two of them the length of what comes behind). An OpenSSL that reads ahead and is given one record at a time asks
/// once for each, where it would ask for the header first, and holds nothing of the next. A hello in the format of SSL 2.0 (RFC 5246 §E.2) is one, too.
/// </summary>
/// <remarks>It decides only how much is given at a time. Bytes that are no records are given in other portions, all of them, and OpenSSL says what it thinks of them.</remarks>
internal struct RecordBoundary
{
    private const int OrdinaryHeader = 5;
    private const int OldHeader = 2;
    private const int OldHello = 0x80;
    private const int VersionOffset = 1;
    private const int LengthOffset = 3;
    private const int Major = 3;
    private const int LeastType = 20;
    private const int MostType = 24;

    // RFC 5246 §6.2.3.
    private const int MostLength = (16 * 1024) + 2048;

    // Of the current record: header bytes that were passed, and bytes of it that the header tells and were not passed.
    private int _header;
    private int _left;
    private bool _isOld;

    private readonly int HeaderLength => _isOld ? OldHeader : OrdinaryHeader;

    /// <summary>How many bytes are known to belong to the current record and were not passed: the rest of its header, or of its body.</summary>
    public readonly int Wanted => _header < HeaderLength ? HeaderLength - _header : _left;

    /// <summary>True when what was passed of the current one is the beginning of no record, or of one that is too long: OpenSSL will say so, and nobody need wait for the rest.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>True when the last byte that was passed ended a record, or none was passed.</summary>
    public readonly bool IsBetweenRecords => _header == 0;

    /// <summary>Passes bytes up to the end of the current record.</summary>
    /// <returns>How many, at least one unless there are none.</returns>
    public int PassOne(ReadOnlySpan<byte> next)
    {
        int passed = 0;
        for (; _header < HeaderLength && passed < next.Length; passed++, _header++) PassHeader(next[passed]);
        if (_header < HeaderLength) return passed;
        int body = Math.Min(_left, next.Length - passed);
        _left -= body;
        if (_left == 0) _header = 0;
        return passed + body;
    }

    private void PassHeader(byte next)
    {
        if (_header == 0)
        {
            _isOld = next >= OldHello;
            _left = _isOld ? next - OldHello : 0;
            IsForeign = next is < LeastType or (> MostType and < OldHello);
        }
        else if (_isOld || _header >= LengthOffset)
        {
            _left = (_left << 8) | next;
            IsForeign |= _left > MostLength;
        }
        else if (_header == VersionOffset)
        {
            IsForeign |= next != Major;
        }
    }

    /// <summary>Passes all of it, whatever records it is made of.</summary>
    public int PassAll(ReadOnlySpan<byte> next)
    {
        for (int passed = 0; passed < next.Length;) passed += PassOne(next[passed..]);
        return next.Length;
    }
}
